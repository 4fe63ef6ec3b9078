{# Rates as intervals: each holds until the next of its currency, the first also for all days before it. #}
with rates as (
    select
        upper(currency) as currency,
        rate_to_home,
        valid_from,
        row_number() over (partition by upper(currency) order by valid_from) as rate_no,
        lead(valid_from) over (partition by upper(currency) order by valid_from) as valid_to
    from {{ source('reference', 'fx_rates') }}
)

select
    currency,
    rate_to_home,
    case when rate_no = 1 then cast('1900-01-01' as date) else valid_from end as valid_from,
    valid_to
from rates
