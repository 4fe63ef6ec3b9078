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
        {% for measure, having in payoff_measures().items() -%}
            {{ measure }}_mean_kept - {{ measure }}_mean_not_kept as {{ measure }}_difference,
            sqrt(
                {{ measure }}_variance_kept / nullif({{ having }}_kept, 0)
                + {{ measure }}_variance_not_kept / nullif({{ having }}_not_kept, 0)
            ) as {{ measure }}_error
            {%- if not loop.last %},{% endif %}
        {% endfor %}
    from differences

),

final as (

    select
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
            {% for measure in payoff_measures() -%}
                {{ measure }}_difference - {{ z }} * {{ measure }}_error as {{ name }}{{ measure }}_low,
                {{ measure }}_difference + {{ z }} * {{ measure }}_error as {{ name }}{{ measure }}_high,
            {% endfor -%}
        {% endfor -%}
        bounded.*
    from bounded

)

select * from final
