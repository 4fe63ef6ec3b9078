with duties as (

    select * from {{ ref('int_response_duties') }}
    where activated_at is not null

),

visits as (

    select * from {{ ref('int_visits') }}
    where stage_key in ('won', 'lost')

),

-- a duty that the closing itself sets off is owed although the deal is closed
final as (

    select
        duties.deal_key,
        duties.response_key,
        duties.activation,
        min(
            case
                when
                    visits.entered_at > duties.activated_until
                    or (visits.entered_at >= duties.activated_at and duties.record_kind <> 'stage')
                    then visits.entered_at
            end
        ) as closed_at,
        max(
            case
                when
                    visits.entered_at < duties.activated_at
                    and coalesce(visits.left_at > duties.activated_at, true)
                    then 1
                else 0
            end
        ) = 1 as was_closed
    from duties
    inner join visits on duties.deal_key = visits.deal_key
    group by duties.deal_key, duties.response_key, duties.activation

)

select * from final
