{#- 95 % as printed, and as wide as it takes for all comparisons of a kind together -#}
{%- set reaches = {'': '1.959964', 'wide_': 'z'} -%}
with differences as (

    select
        *,
        {{ widened_z('comparisons') }} as z
    from {{ ref('int_payoff_differences') }}

),

bounded as (

    select
        *,
        {% for name, z in reaches.items() -%}
            {% for arm in ['kept', 'not_kept'] -%}
                {{ wilson_bound('won_' ~ arm, 'deals_' ~ arm, z, '-') }} as {{ name }}low_{{ arm }},
                {{ wilson_bound('won_' ~ arm, 'deals_' ~ arm, z, '+') }} as {{ name }}high_{{ arm }},
            {% endfor -%}
        {% endfor -%}
        share_kept - share_not_kept as difference,
        days_mean_kept - days_mean_not_kept as days_difference,
        margin_mean_kept - margin_mean_not_kept as margin_difference,
        sqrt(days_variance_kept / nullif(timed_kept, 0) + days_variance_not_kept / nullif(timed_not_kept, 0))
            as days_error,
        sqrt(margin_variance_kept / nullif(margins_kept, 0) + margin_variance_not_kept / nullif(margins_not_kept, 0))
            as margin_error
    from differences

),

final as (

    select
        bounded.*,
        {% for name, z in reaches.items() -%}
            case
                when is_pooled then difference - {{ z }} * standard_error
                else
                    {{ newcombe_bound('share_kept', 'share_not_kept', name ~ 'low_kept', name ~ 'high_not_kept', '-') }}
            end as {{ name }}low,
            case
                when is_pooled then difference + {{ z }} * standard_error
                else
                    {{ newcombe_bound('share_kept', 'share_not_kept', name ~ 'high_kept', name ~ 'low_not_kept', '+') }}
            end as {{ name }}high,
            days_difference - {{ z }} * days_error as {{ name }}days_low,
            days_difference + {{ z }} * days_error as {{ name }}days_high,
            margin_difference - {{ z }} * margin_error as {{ name }}margin_low,
            margin_difference + {{ z }} * margin_error as {{ name }}margin_high
            {%- if not loop.last %},{% endif %}
        {% endfor %}
    from bounded

)

select * from final
