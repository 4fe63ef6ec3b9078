with settings as (

    select * from {{ source('reference', 'settings') }}

),

targets as (

    select
        targets.*,
        {{ fiscal_quarter_start('targets.period_start', 'settings.fiscal_year_start_month') }} as quarter_start,
        settings.as_of
    from {{ source('reference', 'targets') }} as targets
    cross join settings

),

-- three months make a quarter where nobody set one
quarters as (

    select
        level,
        level_id,
        deal_type,
        quarter_start as period_start,
        cast(sum(amount) as decimal(18, 2)) as amount,
        as_of
    from targets
    where period_grain = 'month'
    group by level, level_id, deal_type, quarter_start, as_of
    having count(*) = 3

),

final as (

    select
        target_id,
        level,
        level_id,
        deal_type,
        period_grain,
        period_start,
        amount,
        false as is_sum_of_months,
        as_of
    from targets

    union all

    select
        {{ surrogate_key([
            'quarters.level', 'quarters.level_id', 'quarters.deal_type', 'quarters.period_start'
        ]) }} as target_id,
        quarters.level,
        quarters.level_id,
        quarters.deal_type,
        'fiscal_quarter' as period_grain,
        quarters.period_start,
        quarters.amount,
        true as is_sum_of_months,
        quarters.as_of
    from quarters
    left join targets as given
        on
            quarters.level = given.level
            and quarters.level_id = given.level_id
            and quarters.deal_type = given.deal_type
            and quarters.period_start = given.period_start
            and given.period_grain = 'fiscal_quarter'
    where given.target_id is null

)

select
    target_id,
    level,
    level_id,
    deal_type,
    period_grain,
    period_start,
    {{ period_end('period_grain', 'period_start') }} as period_end,
    amount as target_amount,
    is_sum_of_months,
    as_of
from final
