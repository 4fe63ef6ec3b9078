{# The one row per id that counts among an object's deliveries: the latest change, then the latest receipt, then the
   latest row. The lake is at-least-once, so the order in which deliveries arrived must not matter. Only the keys are
   ranked; payloads are joined afterwards, because sorting them would cost more than reading them. #}
{% macro latest_records(relation) -%}
    select records.*
    from {{ relation }} as records
    inner join (
        select
            connection,
            seq,
            row_number() over (
                partition by connection, id
                order by modified_at desc nulls last, extracted_at desc, seq desc
            ) as place
        from {{ relation }}
        where kind = 'record'
    ) as ranked
        on
            records.connection = ranked.connection
            and records.seq = ranked.seq
    where ranked.place = 1 and records.kind = 'record'
{%- endmacro %}
