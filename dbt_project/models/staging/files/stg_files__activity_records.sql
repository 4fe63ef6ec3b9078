{{ config(materialized='table') }}

{{ file_rows('activities', [
    'activity_id', 'deal_id', 'kind', 'occurred_at', 'recorded_at', 'outcome', 'direction', 'owner_id',
    'contact_count', 'is_deleted', 'started_at', 'subject'
], kept=true) }}
