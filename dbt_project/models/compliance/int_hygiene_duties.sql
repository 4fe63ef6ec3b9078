with facts as (

    select * from {{ ref('int_hygiene_facts') }}

),

periods as (

    select * from {{ ref('int_process_periods') }}

),

judged_types as (

    select * from {{ source('reference', 'process_deal_types') }}

),

rules as (

    select * from {{ source('reference', 'process_hygiene') }}

),

rule_stages as (

    select * from {{ source('reference', 'process_hygiene_stages') }}

),

conditions as (

    select * from {{ ref('int_step_conditions') }}
    where step_key = ':open'

),

limited as (

    select distinct
        version,
        rule_key
    from rule_stages

),

-- what holds while a deal is open is asked today, so today's version asks it
final as (

    select
        facts.*,
        rules.version,
        rules.rule_key,
        rules.kind,
        rules.severity,
        rules.number,
        rules.sentence_text,
        -- a deal that was made after the last contact is no older than its beginning
        {{ add_seconds(
            'greatest(coalesce(facts.last_contact_at, facts.began_at), coalesce(facts.began_at, facts.last_contact_at))',
            '86400 * rules.number'
        ) }} as contact_until,
        case
            when conditions.failing_field is not null then 'elsewhere'
            when limited.rule_key is not null and rule_stages.stage_key is null and facts.stage_key <> 'unmapped'
                then 'elsewhere'
            when conditions.doubtful_field is not null
                then 'whether it is asked of this deal depends on its ' || conditions.doubtful_field
            when limited.rule_key is not null and rule_stages.stage_key is null
                then 'the deal stands in a CRM stage that is not mapped'
        end as outside
    from facts
    inner join periods
        on facts.judged_at >= periods.in_force_from and facts.judged_at < periods.in_force_to
    inner join judged_types
        on periods.version = judged_types.version and facts.deal_type = judged_types.deal_type
    inner join rules on periods.version = rules.version
    left join conditions on facts.deal_key = conditions.deal_key and periods.version = conditions.version
    left join limited on rules.version = limited.version and rules.rule_key = limited.rule_key
    left join rule_stages
        on
            rules.version = rule_stages.version
            and rules.rule_key = rule_stages.rule_key
            and facts.stage_key = rule_stages.stage_key

)

select * from final
