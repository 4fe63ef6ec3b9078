-- the boundaries, and the moments asked about that are none
with final as (

    select
        boundary_at as moment_at,
        boundary_day as moment_day,
        true as is_boundary
    from {{ ref('int_forecast_boundaries') }}
    union all
    select
        as_ofs.as_of_at as moment_at,
        as_ofs.as_of_day as moment_day,
        false as is_boundary
    from {{ ref('int_forecast_as_ofs') }} as as_ofs
    left join {{ ref('int_forecast_boundaries') }} as boundaries on as_ofs.as_of_at = boundaries.boundary_at
    where boundaries.boundary_at is null

)

select * from final
