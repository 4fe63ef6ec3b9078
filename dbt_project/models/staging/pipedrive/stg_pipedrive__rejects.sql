{{ rejects(ref('stg_pipedrive__deal_records'), 'deals', 'deal_id', [
    ['amount', 'amount_text', 'money'],
    ['close_date', 'close_date_text', 'day'],
    ['created_at', 'created_at_text', 'time'],
    ['closed_at', 'closed_at_text', 'time'],
    ['participant_count', 'participant_count_text', 'people'],
]) }}
union all
{{ rejects(ref('stg_pipedrive__changelog'), 'deal_changes', "deal_id || ':' || native_field", [
    ['time', 'changed_at_text', 'time'],
]) }}
union all
{{ rejects(ref('stg_pipedrive__activity_records'), 'activities', 'activity_id', [
    ['due_at', 'due_at_text', 'time'],
    ['done_at', 'done_at_text', 'time'],
    ['added_at', 'added_at_text', 'time'],
]) }}
union all
{{ rejects(ref('stg_pipedrive__mails'), 'mails', "deal_id || ':' || mail_id", [
    ['occurred_at', 'occurred_at_text', 'time'],
]) }}
union all
{{ rejects(ref('stg_pipedrive__participants'), 'participants', "deal_id || ':' || contact_id", [
    ['time', 'changed_at_text', 'time'],
]) }}
union all
{{ rejects(ref('stg_pipedrive__product_records'), 'products', "deal_id || ':' || product_id", [
    ['added_at', 'added_at_text', 'time'],
]) }}
union all
{{ rejects(ref('stg_pipedrive__stage_records'), 'stages', "pipeline_id || ':' || stage_id", [
    ['probability', 'probability_text', 'ratio'],
    ['display_order', 'display_order_text', 'count'],
]) }}
