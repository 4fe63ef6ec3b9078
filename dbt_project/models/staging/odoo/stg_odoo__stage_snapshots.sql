{# Moves that only the versions of a lead show, because the tracking may not be read or was off: the last move
   before a version is dated by Odoo itself. Where stages lie between, the lead may have stood there too, unseen
   between two syncs, so when it left the one before is not known (order). #}
with versions as (
    select
        versions.*,
        coalesce(
            lag(versions.native_stage_id) over (
                partition by versions.connection, versions.deal_id
                order by versions.version_no
            ),
            starts.native_stage_id
        ) as stage_before,
        coalesce(
            lag(versions.is_lost) over (
                partition by versions.connection, versions.deal_id
                order by versions.version_no
            ),
            false
        ) as was_lost
    from {{ ref('stg_odoo__lead_versions') }} as versions
    inner join {{ ref('stg_odoo__stage_starts') }} as starts
        on
            versions.connection = starts.connection
            and versions.deal_id = starts.deal_id
),

seen as (
    select
        *,
        case
            when is_lost then coalesce(closed_at, modified_at)
            when native_stage_id <> stage_before then coalesce(stage_changed_at, modified_at)
            else modified_at
        end as entered_at
    from versions
    where native_stage_id is not null and (native_stage_id <> stage_before or is_lost <> was_lost)
),

between_stages as (
    select
        seen.connection,
        seen.deal_id,
        seen.version_no,
        count(between_them.stage_id) as passed
    from seen
    inner join {{ ref('stg_odoo__stages') }} as left_stages
        on
            seen.connection = left_stages.connection
            and seen.stage_before = left_stages.stage_id
    inner join {{ ref('stg_odoo__stages') }} as entered_stages
        on
            seen.connection = entered_stages.connection
            and seen.native_stage_id = entered_stages.stage_id
    inner join {{ ref('stg_odoo__stages') }} as between_them
        on
            seen.connection = between_them.connection
            and between_them.display_order > left_stages.display_order
            and between_them.display_order < entered_stages.display_order
    group by seen.connection, seen.deal_id, seen.version_no
),

told as (
    select distinct
        seen.connection,
        seen.deal_id,
        seen.version_no
    from seen
    inner join {{ ref('stg_odoo__stage_steps') }} as steps
        on
            seen.connection = steps.connection
            and seen.deal_id = steps.deal_id
            and seen.is_lost = steps.is_lost
            and seen.native_stage_id = steps.native_stage_id
            and steps.changed_at between {{ add_seconds('seen.entered_at', '-3600.0') }}
            and {{ add_seconds('seen.entered_at', '3600.0') }}
)

select
    seen.connection,
    seen.deal_id,
    seen.version_no,
    seen.native_stage_id,
    seen.is_lost,
    seen.entered_at,
    case when between_stages.passed > 0 and not seen.is_lost then 'order' else 'second' end as precision
from seen
left join between_stages
    on
        seen.connection = between_stages.connection
        and seen.deal_id = between_stages.deal_id
        and seen.version_no = between_stages.version_no
left join told
    on
        seen.connection = told.connection
        and seen.deal_id = told.deal_id
        and seen.version_no = told.version_no
where told.deal_id is null
