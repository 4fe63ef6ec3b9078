{# The person of the deal, dated by the deal's changelog, and its participants, dated by theirs. Whom the deal only
   counts is there, but since when is not known. #}
with deals as (
    select
        connection,
        deal_id,
        {{ to_count('participant_count_text') }} as participant_count,
        {{ map_value('fields', "'person_id'") }} as person_id
    from {{ ref('stg_pipedrive__deal_records') }}
),

sightings as (
    select
        connection,
        deal_id,
        value as contact_id,
        created_at as added_at,
        cast(null as timestamp) as removed_at
    from {{ ref('stg_pipedrive__field_starts') }}
    where native_field = 'person_id' and value is not null
    union all
    select
        connection,
        deal_id,
        value as contact_id,
        changed_at as added_at,
        cast(null as timestamp) as removed_at
    from {{ ref('stg_pipedrive__changelog') }}
    where place > 0 and native_field = 'person_id' and value is not null
    union all
    select
        connection,
        deal_id,
        contact_id,
        case when action = 'added' then changed_at end as added_at,
        case when action <> 'added' then changed_at end as removed_at
    from {{ ref('stg_pipedrive__participants') }}
    union all
    select
        connection,
        deal_id,
        person_id as contact_id,
        cast(null as timestamp) as added_at,
        cast(null as timestamp) as removed_at
    from deals
    where person_id is not null
),

persons as (
    select
        connection,
        deal_id,
        contact_id,
        min(added_at) as added_at,
        max(added_at) as last_added_at,
        max(removed_at) as removed_at
    from sightings
    group by connection, deal_id, contact_id
),

present_persons as (
    select
        connection,
        deal_id,
        count(*) as person_count
    from persons
    where removed_at is null or removed_at < last_added_at
    group by connection, deal_id
),

numbered as (
    select
        connection,
        deal_id,
        {{ unnest_range(shown_people('participant_count'), 'nth') }}
    from deals
),

uncounted as (
    select
        numbered.connection,
        numbered.deal_id,
        'contact ' || cast(numbered.nth as {{ dbt.type_string() }}) as contact_id
    from numbered
    left join present_persons
        on
            numbered.connection = present_persons.connection
            and numbered.deal_id = present_persons.deal_id
    where numbered.nth > coalesce(present_persons.person_count, 0)
)

select
    connection,
    deal_id,
    contact_id,
    cast(null as {{ dbt.type_string() }}) as role,
    added_at,
    case when last_added_at is null or removed_at >= last_added_at then removed_at end as removed_at,
    case when added_at is null then 'order' else 'second' end as precision
from persons
union all
select
    connection,
    deal_id,
    contact_id,
    cast(null as {{ dbt.type_string() }}) as role,
    cast(null as timestamp) as added_at,
    cast(null as timestamp) as removed_at,
    'order' as precision
from uncounted
