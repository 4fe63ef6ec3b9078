{# The methods that are compared, each with its words for a sentence; the chain is ours, the others are its opponents. #}
{% macro forecast_methods() -%}
    {{ return({
        'chain': 'the chain',
        'weighted_pipeline': 'the weighted pipeline',
        'bias_corrected': 'the weighted pipeline times its own past ratio',
        'run_rate': 'the run-rate',
    }) }}
{%- endmacro %}

{% macro forecast_baselines() -%}
    {{ return(['weighted_pipeline', 'bias_corrected', 'run_rate']) }}
{%- endmacro %}
