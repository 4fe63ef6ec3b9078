{# Odoo deletes a merged lead without a trace; its messages, which now belong to another one, tell where it went. A
   merge before the first sync left nothing of the loser behind, so that there is nothing to join. #}
with moves as (
    select
        connection,
        first_deal_id as deal_id,
        deal_id as merged_into,
        written_at_text
    from {{ ref('stg_odoo__message_records') }}
    where first_deal_id <> deal_id
)

select
    moves.connection,
    moves.deal_id,
    moves.merged_into,
    min({{ to_utc('moves.written_at_text') }}) as merged_at
from moves
inner join {{ ref('stg_odoo__deal_records') }} as records
    on
        moves.connection = records.connection
        and moves.deal_id = records.deal_id
        and records.is_gone
group by moves.connection, moves.deal_id, moves.merged_into
