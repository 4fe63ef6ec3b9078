{{ config(materialized='view') }}

with close_dates as (

    select
        deal_key,
        {{ to_day('value') }} as close_date,
        changed_at,
        lead(changed_at) over (partition by deal_key order by changed_at, change_id) as next_at
    from {{ ref('int_field_changes') }}
    where field = 'close_date' and changed_at is not null

),

-- there by then, only later, or there and nobody knows since when
final as (

    select
        stages.connection,
        stages.deal_key,
        stages.deal_type,
        stages.stage_key,
        stages.team_key,
        stages.gate_at,
        evidence.object,
        evidence.candidate,
        case
            when evidence.first_at is null then 'undated'
            when evidence.first_at <= stages.counts_until then 'by_then'
            else 'later'
        end as found
    from {{ ref('int_left_stages') }} as stages
    inner join {{ ref('int_candidate_evidence') }} as evidence on stages.deal_key = evidence.deal_key

    union all

    -- CRMs fill close dates by themselves, so it is only asked whether the date was still ahead
    select
        stages.connection,
        stages.deal_key,
        stages.deal_type,
        stages.stage_key,
        stages.team_key,
        stages.gate_at,
        'field_changes' as object,
        'field:close_date' as candidate,
        'by_then' as found
    from {{ ref('int_left_stages') }} as stages
    inner join close_dates
        on
            stages.deal_key = close_dates.deal_key
            and stages.gate_at >= close_dates.changed_at
            and (close_dates.next_at is null or stages.gate_at < close_dates.next_at)
    where close_dates.close_date >= stages.gate_day

)

select * from final
