{{ rejects(ref('stg_odoo__deal_records'), 'deals', 'deal_id', [
    ['amount', 'amount_text', 'money'],
    ['close_date', 'close_date_text', 'day'],
    ['created_at', 'created_at_text', 'time'],
    ['closed_at', 'closed_at_text', 'time'],
]) }}
union all
{{ rejects(ref('stg_odoo__tracked_changes'), 'tracking_values', 'cast(change_no as ' ~ dbt.type_string() ~ ')', [
    ['changed_at', 'changed_at_text', 'time'],
]) }}
union all
{{ rejects(ref('stg_odoo__message_records'), 'messages', 'message_id', [
    ['occurred_at', 'occurred_at_text', 'time'],
    ['recorded_at', 'recorded_at_text', 'time'],
]) }}
union all
{{ rejects(ref('stg_odoo__planned_activities'), 'activities', 'activity_no', [
    ['done_on', 'done_on_text', 'day'],
    ['due_on', 'due_on_text', 'day'],
]) }}
union all
{{ rejects(ref('stg_odoo__document_records'), 'documents', 'order_id', [
    ['occurred_at', 'occurred_at_text', 'time'],
]) }}
union all
{{ rejects(ref('stg_odoo__stages'), 'stages', "pipeline_id || ':' || stage_id", [
    ['display_order', 'display_order_text', 'count'],
]) }}
