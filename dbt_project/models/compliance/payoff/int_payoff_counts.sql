{%- set families = {
    'all': "'all deals'", 'amount': 'amount_band', 'segment': 'segment', 'owner': 'gate_owner_key', 'quarter': 'quarter'
} -%}
{%- set columns = {'days': 'days_to_win', 'margin': 'margin', 'amount': 'case when is_won then worth end'} -%}
with subjects as (

    select * from {{ ref('int_payoff_subjects') }}

),

-- all deals, and then all deals again by each thing that like deals have in common
final as (

    {% for family, stratum in families.items() -%}
        select
            deal_type,
            stage_key,
            step_key,
            arm,
            '{{ family }}' as family,
            {{ stratum }} as stratum,
            count(*) as deals,
            sum(case when is_won then 1 else 0 end) as won,
            {% for measure, having in payoff_measures().items() -%}
                count({{ columns[measure] }}) as {{ having }},
                avg({{ columns[measure] }}) as {{ measure }}_mean,
                var_samp({{ columns[measure] }}) as {{ measure }}_variance,
            {% endfor -%}
            avg(brier) as brier
        from subjects
        group by deal_type, stage_key, step_key, arm{% if family != 'all' %}, {{ stratum }}{% endif %}
        {% if not loop.last -%}
            union all
        {% endif -%}
    {% endfor %}
)

select * from final
