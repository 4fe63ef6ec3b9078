{# The present value ends every history, and stands for the whole of one that the CRM does not keep. #}
with lives as (

    select * from {{ ref('int_pipeline_lives') }}

),

changes as (

    select
        deal_key,
        field,
        value,
        changed_at,
        change_id as place,
        source = 'history' as is_told
    from {{ ref('int_field_changes') }}
    where field in ('amount', 'close_date', 'owner') and changed_at is not null

    union all

    {% for field, value in [('amount', 'amount'), ('close_date', 'close_date'), ('owner', 'owner_id')] %}
        select
            deal_key,
            '{{ field }}' as field,
            cast({{ value }} as {{ dbt.type_string() }}) as value,
            judged_at as changed_at,
            '~' as place,
            false as is_told
        from lives

        union all

    {% endfor %}

    select
        deal_key,
        'status' as field,
        'open' as value,
        started_at as changed_at,
        '' as place,
        true as is_told
    from lives

    union all

    select
        visits.deal_key,
        'status' as field,
        case when visits.stage_key in ('won', 'lost') then visits.stage_key else 'open' end as value,
        -- a closing that no history dates is dated by the deal itself
        case
            when visits.precision = 'order' and visits.stage_key = lives.stage_key and not lives.is_open
                then greatest(coalesce(lives.closed_at, visits.entered_at), lives.started_at)
            else visits.entered_at
        end as changed_at,
        'visit ' || lpad(cast(visits.visit_no as {{ dbt.type_string() }}), 9, '0') as place,
        true as is_told
    from {{ ref('int_visits') }} as visits
    inner join lives on visits.deal_key = lives.deal_key

),

dated as (

    select
        changes.*,
        row_number() over (
            partition by changes.deal_key, changes.field
            order by changes.changed_at, changes.place
        ) as change_no,
        {{ local_date('changes.changed_at', 'lives.time_zone') }} as changed_day,
        {{ local_date('lives.started_at', 'lives.time_zone') }} as started_day
    from changes
    inner join lives on changes.deal_key = lives.deal_key
    where changes.changed_at <= lives.judged_at

),

-- what was noticed and not told counts from the deal's first day on when nothing was known before it
placed as (

    select
        *,
        case
            when change_no = 1 and not is_told then started_day
            else greatest(changed_day, started_day)
        end as day
    from dated

),

last_of_the_day as (

    select
        *,
        row_number() over (partition by deal_key, field, day order by change_no desc) as place_from_the_end
    from placed

),

final as (

    select
        deal_key,
        field,
        value,
        day as from_day,
        lead(day, 1, cast('9999-12-31' as date)) over (partition by deal_key, field order by day) as to_day
    from last_of_the_day
    where place_from_the_end = 1

)

select * from final
