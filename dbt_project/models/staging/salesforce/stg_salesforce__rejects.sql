{{ rejects(ref('stg_salesforce__deal_records'), 'deals', 'deal_id', [
    ['amount', 'amount_text', 'money'],
    ['close_date', 'close_date_text', 'day'],
    ['created_at', 'created_at_text', 'time'],
]) }}
union all
{{ rejects(ref('stg_salesforce__history'), 'stage_history', 'history_id', [
    ['changed_at', 'changed_at_text', 'time'],
]) }}
union all
{{ rejects(ref('stg_salesforce__field_history'), 'field_history', 'history_id', [
    ['changed_at', 'changed_at_text', 'time'],
]) }}
union all
{{ rejects(ref('stg_salesforce__activity_records'), 'activities', "object || ' ' || activity_id", [
    ['occurred_at', 'occurred_at_text', 'time'],
    ['recorded_at', 'recorded_at_text', 'time'],
    ['contact_count', 'contact_count_text', 'count'],
]) }}
union all
{{ rejects(ref('stg_salesforce__contact_roles'), 'contacts', 'role_id', [
    ['added_at', 'added_at_text', 'time'],
]) }}
union all
{{ rejects(ref('stg_salesforce__document_records'), 'documents', "'quote ' || document_id", [
    ['occurred_at', 'occurred_at_text', 'time'],
]) }}
union all
{{ rejects(ref('stg_salesforce__stages'), 'stages', "pipeline_id || ':' || stage_id", [
    ['probability', 'probability_text', 'ratio'],
    ['display_order', 'display_order_text', 'count'],
    ['is_closed', 'is_closed_text', 'flag'],
]) }}
