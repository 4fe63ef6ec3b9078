with verdicts as (

    select * from {{ ref('int_step_verdicts') }}
    where state <> 'not_applicable'

),

-- a waiver for one deal holds for its stage whenever it is left before the waiver ends, also when it was given after
-- that; one for every deal holds for those that leave the stage while it is in force
ranked as (

    select
        verdicts.deal_key,
        verdicts.step_key,
        waivers.waiver_id,
        row_number() over (
            partition by verdicts.deal_key, verdicts.step_key
            order by
                case when waivers.deal_key is null then 1 else 0 end,
                waivers.given_at,
                waivers.waiver_id
        ) as choice
    from verdicts
    inner join {{ source('reference', 'waivers') }} as waivers
        on
            verdicts.step_key = waivers.step_key
            and verdicts.deal_key = coalesce(waivers.deal_key, verdicts.deal_key)
            and verdicts.judged_at >= waivers.given_at
    where
        (waivers.deal_key is not null or verdicts.gate_at >= waivers.given_at)
        and (waivers.valid_to is null or coalesce(verdicts.gate_at, verdicts.judged_at) < waivers.valid_to)

),

final as (

    select
        deal_key,
        step_key,
        waiver_id
    from ranked
    where choice = 1

)

select * from final
