{# Text to typed values. A text that isn't one gives NULL, and the staging models list it in stg_rejects.
   Years outside 1900-2199 are slips (9999 is the favourite) and are refused like any other nonsense. #}

{# ISO 8601 with or without offset (none means UTC), or milliseconds since 1970. Returns a naive UTC timestamp. #}
{% macro to_utc(text) -%}{{ return(adapter.dispatch('to_utc', 'plumbline')(text)) }}{%- endmacro %}

{% macro default__to_utc(text) -%}
    case
        when regexp_like({{ text }}, '^[0-9]{11,14}$') then timestamp_millis(try_cast({{ text }} as bigint))
        when try_cast(substr({{ text }}, 1, 4) as int) between 1900 and 2199 then try_cast({{ text }} as timestamp)
    end
{%- endmacro %}

{% macro duckdb__to_utc(text) -%}
    case
        when {{ text }} is null or substr({{ text }}, 1, 4) in ('9999', '0001') then cast(null as timestamp)
        when regexp_full_match({{ text }}, '[0-9]{11,14}')
            then case when try_cast({{ text }} as bigint) < 7258118400000
                then make_timestamp(try_cast({{ text }} as bigint) * 1000) end
        when year(try_cast({{ text }} as timestamp with time zone)) between 1900 and 2199
            then try_cast({{ text }} as timestamp with time zone) at time zone 'UTC'
    end
{%- endmacro %}

{# An ISO date. Returns a date. #}
{% macro to_day(text) -%}
    case
        when extract(year from try_cast(substr({{ text }}, 1, 10) as date)) between 1900 and 2199
            then try_cast(substr({{ text }}, 1, 10) as date)
    end
{%- endmacro %}

{# A plain decimal number with a point. Returns decimal(18,2). #}
{% macro to_money(text) -%}try_cast(trim({{ text }}) as decimal(18, 2)){%- endmacro %}

{# A whole number; '3.0' is one. Returns bigint. #}
{% macro to_count(text) -%}try_cast(try_cast(trim({{ text }}) as decimal(18, 2)) as bigint){%- endmacro %}

{# A whole number that few things ever reach; beyond 32 bits it is a slip. Returns an integer. #}
{% macro to_small_count(text) -%}try_cast(try_cast(trim({{ text }}) as decimal(18, 2)) as integer){%- endmacro %}

{# A fraction or ratio. Returns a double. #}
{% macro to_ratio(text) -%}try_cast(trim({{ text }}) as double){%- endmacro %}

{# true/false, yes/no, 1/0 in any case. Returns a boolean. #}
{% macro to_flag(text) -%}
    case
        when lower(trim({{ text }})) in ('true', 't', 'yes', 'y', '1') then true
        when lower(trim({{ text }})) in ('false', 'f', 'no', 'n', '0') then false
    end
{%- endmacro %}
