{# What belongs to each deal's own past. Of a merged deal that is its line of ancestors, not all that was poured
   together; a property that an ancestor never had came from the other one and is kept as HubSpot tells it. #}
with entries as (
    select * from {{ ref('stg_hubspot__history_entries') }}
),

ancestors as (
    select * from {{ ref('stg_hubspot__ancestors') }}
),

survivors as (
    select
        connection,
        deal_id,
        count(*) as line_length
    from ancestors
    group by connection, deal_id
),

in_line as (
    select
        ancestors.connection,
        ancestors.deal_id,
        entries.property,
        count(distinct ancestors.ancestor_id) as told_by
    from ancestors
    inner join entries
        on
            ancestors.connection = entries.connection
            and ancestors.ancestor_id = entries.deal_id
    where entries.value is not null
    group by ancestors.connection, ancestors.deal_id, entries.property
),

inherited as (
    select
        ancestors.connection,
        ancestors.deal_id,
        ancestors.generation,
        entries.property,
        entries.value,
        entries.changed_at_text,
        entries.changed_at,
        entries.actor_id,
        entries.source_type,
        entries.actor_kind,
        coalesce(entries.changed_at <= ancestors.mixed_before, false) as is_mixed,
        entries.place_from_oldest,
        lag(entries.value) over (
            partition by ancestors.connection, ancestors.deal_id, entries.property
            order by entries.changed_at asc nulls first, ancestors.generation desc, entries.place_from_oldest asc
        ) as value_before
    from ancestors
    inner join survivors
        on
            ancestors.connection = survivors.connection
            and ancestors.deal_id = survivors.deal_id
    inner join entries
        on
            ancestors.connection = entries.connection
            and ancestors.ancestor_id = entries.deal_id
    left join in_line
        on
            ancestors.connection = in_line.connection
            and ancestors.deal_id = in_line.deal_id
            and entries.property = in_line.property
    where
        case
            when entries.changed_at is null or coalesce(in_line.told_by, 0) < survivors.line_length
                then ancestors.generation = 1
            else
                entries.changed_at >= coalesce(ancestors.since, entries.changed_at)
                and (ancestors.until is null or entries.changed_at < ancestors.until)
        end
)

select
    entries.*,
    false as is_mixed
from entries
left join survivors
    on
        entries.connection = survivors.connection
        and entries.deal_id = survivors.deal_id
where survivors.deal_id is null
union all
{# That a merge set what was there already is no change. #}
select
    connection,
    deal_id,
    property,
    value,
    changed_at_text,
    changed_at,
    actor_id,
    source_type,
    actor_kind,
    row_number() over (
        partition by connection, deal_id, property
        order by changed_at asc nulls first, generation desc, place_from_oldest asc
    ) as place_from_oldest,
    is_mixed
from inherited
where coalesce(source_type, '') <> 'MERGE_OBJECTS' or value <> coalesce(value_before, '')
