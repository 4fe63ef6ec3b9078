{{ config(materialized='view') }}

with records as (

    select * from {{ ref('int_evidence_records') }}

),

matches as (

    select * from {{ ref('int_term_matches') }}

),

terms as (

    select * from {{ ref('int_clocked_terms') }}

),

fields as (

    select * from {{ ref('int_field_evidence') }}

),

deals as (

    select * from {{ ref('int_judged_deals') }}
    where is_judged

),

final as (

    select
        records.deal_key,
        terms.version,
        terms.step_key,
        terms.alternative,
        terms.term,
        case when terms.is_by_start then records.started_at else records.happened_at end as happened_at,
        records.recorded_at,
        records.precision,
        records.record_kind,
        records.record_id,
        records.label,
        records.status,
        records.direction,
        records.done_by,
        deals.judged_at
    from records
    inner join deals on records.deal_key = deals.deal_key
    inner join matches
        on
            records.record_kind = matches.record_kind
            and records.label = matches.label
            and records.status = matches.status
            and records.direction = matches.direction
            and records.topic = matches.topic
    inner join terms
        on
            matches.version = terms.version
            and matches.step_key = terms.step_key
            and matches.alternative = terms.alternative
            and matches.term = terms.term
    where matches.is_certain and (records.has_contact or not terms.needs_contact)

    union all

    select
        fields.deal_key,
        fields.version,
        fields.step_key,
        fields.alternative,
        fields.term,
        fields.happened_at,
        fields.recorded_at,
        fields.precision,
        'field' as record_kind,
        fields.change_id as record_id,
        fields.field as label,
        coalesce(fields.value, '') as status,
        '' as direction,
        fields.actor_id as done_by,
        deals.judged_at
    from fields
    inner join deals on fields.deal_key = deals.deal_key
    where fields.happened_at is not null or not coalesce(fields.changed_at > deals.judged_at, false)

    union all

    select
        visits.deal_key,
        terms.version,
        terms.step_key,
        terms.alternative,
        terms.term,
        -- like every date without a time, at midnight of its day
        case
            when visits.precision <> 'day' then visits.entered_at
            else cast({{ local_date('visits.entered_at', 'settings.time_zone') }} as timestamp)
        end as happened_at,
        cast(null as timestamp) as recorded_at,
        visits.precision,
        'stage' as record_kind,
        cast(visits.visit_no as {{ dbt.type_string() }}) as record_id,
        visits.stage_key as label,
        '' as status,
        '' as direction,
        visits.actor_id as done_by,
        deals.judged_at
    from {{ ref('int_visits') }} as visits
    cross join {{ source('reference', 'settings') }} as settings
    inner join deals on visits.deal_key = deals.deal_key
    inner join terms on terms.kind = 'stage' and visits.stage_key = terms.stage_key

)

select * from final
