{# The columns that the two pay-off marts share. #}
{% macro payoff_columns(table) -%}
    {%- for column in [
        'comparison', 'stratum', 'is_pooled', 'deals_kept', 'deals_not_kept', 'deals_unclear', 'deals_closed_first',
        'win_rate_kept', 'win_rate_not_kept', 'win_difference', 'win_difference_low', 'win_difference_high', 'verdict',
        'won_kept', 'won_not_kept', 'days_to_win_kept', 'days_to_win_not_kept', 'days_difference',
        'days_difference_low', 'days_difference_high', 'days_verdict', 'margin_kept', 'margin_not_kept',
        'margin_difference', 'margin_difference_low', 'margin_difference_high', 'margin_verdict', 'amount_kept',
        'amount_not_kept', 'amount_difference', 'amount_difference_low', 'amount_difference_high', 'amount_verdict',
        'brier_kept', 'brier_not_kept', 'comparisons', 'fewest', 'grace', 'clock', 'sentence'
    ] %}
        {{ table }}.{{ column }}{{ ',' if not loop.last }}
    {%- endfor %}
{%- endmacro %}
