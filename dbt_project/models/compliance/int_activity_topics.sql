with words as (

    select distinct value as word
    from {{ source('reference', 'step_term_values') }}
    where role = 'text'

),

activities as (

    select
        deal_key,
        activity_id,
        subject
    from {{ ref('int_activities') }}

),

-- which of the words that the process asks for stand in a subject: '|demo|offer|'; an unknown subject may hold any
final as (

    select
        activities.deal_key,
        activities.activity_id,
        case
            when activities.subject is null then '?'
            else '|' || {{ listagg_ordered('words.word', "'|'", 'words.word') }} || '|'
        end as topic
    from activities
    inner join words
        on activities.subject is null or {{ dbt.position('words.word', 'activities.subject') }} > 0
    group by activities.deal_key, activities.activity_id, activities.subject

)

select * from final
