with withdrawn as (

    select * from {{ ref('int_withdrawn_activities') }}

),

duties as (

    select * from {{ ref('int_step_duties') }}

),

-- what stood when the deal left the stage had been done by then, whatever became of the record
final as (

    select
        withdrawn.deal_key,
        duties.version,
        duties.step_key,
        'activity' as record_kind,
        withdrawn.activity_id as record_id
    from withdrawn
    inner join duties on withdrawn.deal_key = duties.deal_key
    where duties.gate_at is null or withdrawn.withdrawn_at <= duties.gate_at

)

select * from final
