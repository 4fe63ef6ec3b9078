{# When a deal last entered a closing stage, by its dated history. #}
select
    connection,
    deal_key,
    stage_key,
    max(entered_at) as closed_at
from {{ ref('int_stage_changes') }}
where stage_key in ('won', 'lost') and precision <> 'order'
group by connection, deal_key, stage_key
