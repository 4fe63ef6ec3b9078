with versions as (

    select * from {{ source('reference', 'process_versions') }}

),

final as (

    select
        version,
        -- the oldest version also judges what came before it: that is the baseline
        case
            when version = min(version) over () then cast('0001-01-01' as timestamp)
            else valid_from
        end as in_force_from,
        coalesce(valid_to, cast('9999-12-31' as timestamp)) as in_force_to
    from versions

)

select * from final
