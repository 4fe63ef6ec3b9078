{{ rejects(ref('stg_files__deal_records'), 'deals', 'deal_id', [
    ['amount', 'amount_text', 'money'],
    ['close_date', 'close_date_text', 'day'],
    ['created_at', 'created_at_text', 'time'],
    ['modified_at', 'modified_at_text', 'time'],
    ['closed_at', 'closed_at_text', 'time'],
    ['is_deleted', 'is_deleted_text', 'flag'],
]) }}
union all
{{ rejects(ref('stg_files__stage_changes'), 'stage_changes', 'change_id', [
    ['entered_at', 'entered_at_text', 'time'],
    ['recorded_at', 'recorded_at_text', 'time'],
]) }}
union all
{{ rejects(ref('stg_files__field_history'), 'field_changes', 'change_id', [
    ['changed_at', 'changed_at_text', 'time'],
    ['recorded_at', 'recorded_at_text', 'time'],
]) }}
union all
{{ rejects(ref('stg_files__activity_records'), 'activities', 'activity_id', [
    ['occurred_at', 'occurred_at', 'time'],
    ['recorded_at', 'recorded_at', 'time'],
    ['contact_count', 'contact_count', 'count'],
    ['started_at', 'started_at', 'time'],
]) }}
union all
{{ rejects(ref('stg_files__contacts'), 'contacts', "deal_id || ':' || contact_id", [
    ['added_at', 'added_at_text', 'time'],
    ['removed_at', 'removed_at_text', 'time'],
]) }}
union all
{{ rejects(ref('stg_files__documents'), 'documents', 'document_id', [
    ['occurred_at', 'occurred_at_text', 'time'],
    ['recorded_at', 'recorded_at_text', 'time'],
]) }}
union all
{{ rejects(ref('stg_files__owners'), 'owners', 'owner_id', [['is_active', 'is_active_text', 'flag']]) }}
union all
{{ rejects(ref('stg_files__stages'), 'stages', "pipeline_id || ':' || stage_id", [
    ['display_order', 'display_order_text', 'count'],
    ['probability', 'probability_text', 'ratio'],
    ['is_closed', 'is_closed_text', 'flag'],
    ['is_won', 'is_won_text', 'flag'],
]) }}
