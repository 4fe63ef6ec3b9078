-- every kind of finding in one shape: a new kind is a model of this shape and a line here. `subject` tells findings of
-- one family and deal apart; it stays the same from night to night
{% set sources = {
    'int_step_findings': 'not is_of_skip',
    'int_move_findings': 'true',
    'int_stage_findings': 'true',
    'int_response_findings': 'true',
    'int_order_findings': 'true',
    'int_four_eyes_findings': 'true',
} %}
{% for source, condition in sources.items() %}
    select
        deal_key,
        kind,
        family,
        subject,
        step_key,
        stage_key,
        severity,
        since,
        visit_no,
        moved_by,
        moved_by_kind,
        is_alert,
        is_waived,
        sentence
    from {{ ref(source) }}
    where {{ condition }}
    {% if not loop.last %}
        union all
    {% endif %}
{% endfor %}
