with moves as (

    select * from {{ ref('int_moves') }}

),

step_findings as (

    select * from {{ ref('int_step_findings') }}
    where is_of_skip

),

-- the steps that went with the skipped stages: they are told, and asked for, here and nowhere else
folded as (

    select
        deal_key,
        visit_no,
        {{ listagg_ordered('step_name', "'\", \"'", 'step_key') }} as step_names,
        count(*) as steps,
        max(case when is_alert and mode = 'alert' then 1 else 0 end) = 1 as is_alert,
        max(case when severity = 'high' then 1 else 0 end) = 1 as is_high
    from step_findings
    group by deal_key, visit_no

),

final as (

    select
        moves.connection,
        moves.deal_key,
        moves.kind,
        moves.kind as family,
        -- two stages may be skipped within one second, each by a move of its own
        cast(moves.moved_at as {{ dbt.type_string() }}) || ' ' || moves.stage_key as subject,
        cast(null as {{ dbt.type_string() }}) as step_key,
        moves.stage_key,
        case
            when moves.kind in ('stage_skipped', 'born_late') and coalesce(folded.is_high, false) then 'high'
            when moves.kind in ('stage_skipped', 'born_late') then 'medium'
            when moves.kind = 'conflicting_outcome' then 'medium'
            else 'low'
        end as severity,
        moves.moved_at as since,
        moves.visit_no,
        moves.moved_by,
        moves.moved_by_kind,
        moves.kind in ('stage_skipped', 'born_late') and coalesce(folded.is_alert, false) as is_alert,
        false as is_waived,
        case
            when moves.kind in ('stage_skipped', 'born_late') and folded.steps > 0
                then
                    moves.sentence || '; "' || folded.step_names
                    || case when folded.steps = 1 then '" is not recorded' else '" are not recorded' end
            else moves.sentence
        end as sentence
    from moves
    left join folded
        on
            moves.deal_key = folded.deal_key
            and moves.visit_no = folded.visit_no
            and moves.kind in ('stage_skipped', 'born_late')

)

select * from final
