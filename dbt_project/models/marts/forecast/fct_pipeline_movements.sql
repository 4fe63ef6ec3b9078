{# The order in which one day's changes are told: whose it is, when it is expected, what it is worth, how it ended. #}
{%- set stayed = "status_before = 'open'" -%}
{%- set handed = stayed ~ " and owner_before is distinct from owner_now" -%}
{%- set moved = stayed ~ " and period_before is distinct from period_now" -%}
{%- set kinds = [
    ('handed_over', handed, 'owner_before', 'period_before', '-amount_before', -1),
    ('taken_over', handed, 'owner_now', 'period_before', 'amount_before', 1),
    ('slipped', moved, 'owner_now', 'period_before', '-amount_before', -1),
    ('pulled_in', moved, 'owner_now', 'period_now', 'amount_before', 1),
    ('amount', stayed ~ " and amount_now <> amount_before", 'owner_now', 'period_now', 'amount_now - amount_before', 0),
    ('new', "status_before is null", 'owner_now', 'period_now', 'amount_now', 1),
    ('reopened', "status_before in ('won', 'lost')", 'owner_now', 'period_now', 'amount_now', 1),
    ('won', "status = 'won'", 'owner_now', 'period_now', '-amount_now', -1),
    ('lost', "status = 'lost'", 'owner_now', 'period_now', '-amount_now', -1),
] -%}
with turns as (

    select * from {{ ref('int_pipeline_turns') }}

),

owners as (

    select
        owner_key,
        max(team) as team
    from {{ ref('int_owners') }}
    group by owner_key

),

moves as (

    {% for kind, happened, owner, period, amount, deals in kinds %}
        select
            turns.*,
            '{{ kind }}' as kind,
            {{ loop.index }} as kind_no,
            {{ owner }} as owner_key,
            {{ period }} as period_start,
            {{ amount }} as amount_home,
            {{ deals }} as deals,
            {{ 'days_later' if kind in ('slipped', 'pulled_in') else 'cast(null as integer)' }} as days_moved
        from turns
        where {{ happened }}

        {{ 'union all' if not loop.last }}

    {% endfor %}

),

final as (

    select
        {{ surrogate_key(['moves.deal_key', 'moves.day', 'moves.period_grain', 'moves.kind']) }} as movement_id,
        moves.day,
        moves.connection,
        moves.crm,
        moves.deal_key,
        moves.deal_type,
        moves.period_grain,
        moves.period_start,
        moves.kind,
        cast(moves.kind_no as integer) as kind_no,
        moves.owner_key,
        owners.team,
        moves.deals,
        cast(moves.amount_home as decimal(18, 2)) as amount_home,
        moves.days_moved,
        moves.as_of
    from moves
    left join owners on moves.owner_key = owners.owner_key

)

select * from final
