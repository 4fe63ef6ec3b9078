{# As latest_records, but of what was deleted since, the last delivery that it still stood in, with `withdrawn_at`: when
   it was gone, or was found to be. What was deleted before it was ever read stays what it is: deleted. #}
{% macro standing_records(relation) -%}
    select
        records.*,
        ranked.withdrawn_at
    from {{ relation }} as records
    inner join (
        select
            connection,
            seq,
            case
                when first_value(coalesce(is_deleted, false)) over newest
                    then first_value(coalesce(modified_at, extracted_at)) over newest
            end as withdrawn_at,
            row_number() over (
                partition by connection, id
                order by
                    case when coalesce(is_deleted, false) then 1 else 0 end,
                    modified_at desc nulls last, extracted_at desc, seq desc
            ) as place
        from {{ relation }}
        where kind = 'record'
        window newest as (
            partition by connection, id
            order by modified_at desc nulls last, extracted_at desc, seq desc
        )
    ) as ranked
        on
            records.connection = ranked.connection
            and records.seq = ranked.seq
    where ranked.place = 1 and records.kind = 'record'
{%- endmacro %}
