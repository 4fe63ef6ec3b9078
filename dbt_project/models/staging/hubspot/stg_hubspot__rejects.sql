{{ rejects(ref('stg_hubspot__deal_records'), 'deals', 'deal_id', [
    ['amount', 'amount_text', 'money'],
    ['close_date', 'close_date_text', 'day'],
    ['created_at', 'created_at_text', 'time'],
]) }}
union all
{{ rejects(ref('stg_hubspot__history_entries'), 'deal_history', "deal_id || ':' || property", [
    ['timestamp', 'changed_at_text', 'time'],
]) }}
union all
{{ rejects(ref('stg_hubspot__contact_counts'), 'deal_history', "deal_id || ':num_associated_contacts'", [
    ['value', 'count_text', 'people'],
]) }}
union all
{{ rejects(ref('stg_hubspot__engagements'), 'activities', "kind || ' ' || engagement_id", [
    ['occurred_at', 'occurred_at_text', 'time'],
    ['recorded_at', 'recorded_at_text', 'time'],
]) }}
union all
{{ rejects(ref('stg_hubspot__document_records'), 'documents', "kind || ' ' || document_id", [
    ['occurred_at', 'occurred_at_text', 'time'],
]) }}
union all
{{ rejects(ref('stg_hubspot__stages'), 'stages', "pipeline_id || ':' || stage_id", [
    ['probability', 'probability_text', 'ratio'],
    ['display_order', 'display_order_text', 'count'],
    ['is_closed', 'is_closed_text', 'flag'],
]) }}
