"""Each portable macro gives what it promises, on the engine that runs here, against values worked out by hand."""

from __future__ import annotations

import tempfile
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.dbt.harness import Warehouse, at, rendered

CASES: dict[str, tuple[str, Any]] = {
    "day_diff_forward": ("{{ day_diff(\"date '2024-02-28'\", \"date '2024-03-01'\") }}", 2),
    "day_diff_backward": ("{{ day_diff(\"date '2024-03-01'\", \"date '2024-02-28'\") }}", -2),
    "seconds_between": (
        "{{ seconds_between(\"timestamp '2024-01-01 00:00:00'\", \"timestamp '2024-01-01 00:01:00.5'\") }}",
        60.5,
    ),
    "add_seconds": ("{{ add_seconds(\"timestamp '2024-02-28 23:59:59'\", '86400 + 1.5') }}", at("2024-03-01T00:00:00.500")),  # noqa: E501
    "add_seconds_back": ("{{ add_seconds(\"timestamp '2024-01-01 00:00:00'\", '-1') }}", at("2023-12-31T23:59:59")),
    "safe_divide": ("{{ safe_divide('2', '3') }}", Decimal("0.666667")),
    "safe_divide_integers": ("{{ safe_divide('1', '2') }}", Decimal("0.500000")),
    "safe_divide_by_zero": ("{{ safe_divide('1', '0') }}", None),
    "local_date_west": ("{{ local_date(\"timestamp '2024-03-01 02:00:00'\", \"'America/New_York'\") }}", date(2024, 2, 29)),  # noqa: E501
    "local_date_east": ("{{ local_date(\"timestamp '2024-06-30 22:30:00'\", \"'Europe/Berlin'\") }}", date(2024, 7, 1)),
    "key_tells_null_from_empty": ("{{ surrogate_key(['null']) }} <> {{ surrogate_key([\"''\"]) }}", True),
    "key_tells_columns_apart": ("{{ surrogate_key([\"'ab'\", \"'c'\"]) }} <> {{ surrogate_key([\"'a'\", \"'bc'\"]) }}", True),  # noqa: E501
    "utc_of_offset": ("{{ to_utc(\"'2024-03-31T02:30:00+02:00'\") }}", at("2024-03-31T00:30:00")),
    "utc_of_zulu": ("{{ to_utc(\"'2024-03-31T02:30:00.125Z'\") }}", at("2024-03-31T02:30:00.125")),
    "utc_of_no_offset": ("{{ to_utc(\"'2024-03-31 02:30:00'\") }}", at("2024-03-31T02:30:00")),
    "utc_of_milliseconds": ("{{ to_utc(\"'1709283600000'\") }}", at("2024-03-01T09:00:00")),
    "utc_of_year_9999": ("{{ to_utc(\"'9999-12-31T23:59:59Z'\") }}", None),
    "utc_of_far_milliseconds": ("{{ to_utc(\"'99999999999999'\") }}", None),
    "utc_of_no_such_day": ("{{ to_utc(\"'2024-02-30'\") }}", None),
    "utc_of_nothing": ("{{ to_utc(\"cast(null as text)\") }}", None),
    "day": ("{{ to_day(\"'2024-02-29'\") }}", date(2024, 2, 29)),
    "day_of_year_9999": ("{{ to_day(\"'9999-12-31'\") }}", None),
    "day_of_a_midnight": ("{{ day_of(\"'2024-05-01T00:00:00Z'\", \"'America/New_York'\") }}", date(2024, 5, 1)),
    "day_of_a_moment": ("{{ day_of(\"'2024-05-01T02:00:00Z'\", \"'America/New_York'\") }}", date(2024, 4, 30)),
    "money": ("{{ to_money(\"' 1234.565 '\") }}", Decimal("1234.57")),
    "money_with_comma": ("{{ to_money(\"'1,200'\") }}", None),
    "times_of_a_large_amount": (
        "{{ times('cast(15000000000 as decimal(18, 2))', 'cast(1.08 as decimal(18, 6))') }}",
        Decimal("16200000000.00")),
    "times_in_cents": ("{{ times('cast(10.01 as decimal(18, 2))', 'cast(0.5 as decimal(9, 6))') }}", Decimal("5.01")),
    "times_beyond_all_money": (
        "{{ times('cast(9000000000000000 as decimal(18, 2))', 'cast(1000 as decimal(18, 6))') }}", None),
    "count": ("{{ to_count(\"'3.0'\") }}", 3),
    "small_count": ("{{ to_small_count(\"'3.0'\") }}", 3),
    "small_count_beyond_32_bits": ("{{ to_small_count(\"'2147483648'\") }}", None),
    "ratio": ("{{ to_ratio(\"'0.25'\") }}", 0.25),
    "flag_yes": ("{{ to_flag(\"'Yes'\") }}", True),
    "flag_no": ("{{ to_flag(\"'0'\") }}", False),
    "flag_perhaps": ("{{ to_flag(\"'perhaps'\") }}", None),
    "json_number_as_text": (
        "({{ parse_json(\"'{\\\"id\\\": 7, \\\"more\\\": [1]}'\", {'id': 'text', 'absent': 'text'}) }}).id", "7"),
    "json_absent": ("({{ parse_json(\"'{\\\"id\\\": 7}'\", {'id': 'text', 'absent': 'text'}) }}).absent", None),
    "json_of_another_shape": ("({{ parse_json(\"'[1]'\", {'id': 'text'}) }}).id", None),
    "json_nested": (
        "({{ parse_json(\"'{\\\"h\\\": {\\\"p\\\": [{\\\"v\\\": \\\"x\\\"}]}}'\", {'h': {'map_of': [{'v': 'text'}]}}) }}).h['p'][1].v",  # noqa: E501
        "x"),
    "json_fields": ("{{ map_value(json_fields(\"'{\\\"a\\\": 1.5}'\"), \"'a'\") }}", "1.5"),
    "map_value_empty_is_absent": ("{{ map_value(json_fields(\"'{\\\"a\\\": \\\" \\\"}'\"), \"'a'\") }}", None),
    "split_text": ("{{ split_text(\"'a;b'\", \"';'\") }}", ["a", "b"]),
    "url_of_an_odd_id": ("{{ url_encode(\"'K 7/a+b?&#ü%'\") }}", "K%207%2Fa%2Bb%3F%26%23%C3%BC%25"),
    "url_of_a_plain_id": ("{{ url_encode(\"'006Ab-1_2.3~4'\") }}", "006Ab-1_2.3~4"),
    "url_of_nothing": ("{{ url_encode('cast(null as text)') }}", None),
    "array_size_of_nothing": ("{{ array_size('cast(null as text[])') }}", None),
    "naive_utc": ("{{ naive_utc(\"timestamptz '2024-03-01 10:00:00+02'\") }}", at("2024-03-01T08:00:00")),
    "hubspot_person": ("{{ hubspot_actor_kind(\"'MOBILE_ANDROID'\") }}", "person"),
    "hubspot_machine": ("{{ hubspot_actor_kind(\"'AUTOMATION_PLATFORM'\") }}", "workflow"),
    "hubspot_new_source": ("{{ hubspot_actor_kind(\"'SOMETHING_NEW'\") }}", "unknown"),
}  # fmt: skip


@pytest.fixture(scope="module")
def found() -> dict[str, Any]:
    """All cases in one statement: starting dbt costs more than everything it renders here."""
    home = Warehouse(Path(tempfile.mkdtemp()))
    columns = ",\n".join(f"{text} as {name}" for name, (text, _) in CASES.items())
    return home.query(rendered(home, f"select {columns}"))[0]


@pytest.mark.parametrize("name", list(CASES))
def test_macro(name: str, found: dict[str, Any]) -> None:
    expected = CASES[name][1]
    assert found[name] == expected
    assert type(found[name]) is type(expected) or isinstance(expected, datetime)


ROWS: dict[str, tuple[str, list[tuple[Any, ...]]]] = {
    "unnest_array": ("select {{ unnest_array(\"['x', 'y']\", 'item', 'place') }}", [("x", 1), ("y", 2)]),
    "unnest_no_array": ("select {{ unnest_array('cast(null as text[])', 'item', 'place') }}", []),
    "unnest_map": (
        "select {{ unnest_map(\"map {'k': 'v', 'l': null}\", 'name', 'value') }}", [("k", "v"), ("l", None)]),
    "unnest_range": ("select {{ unnest_range('3', 'n') }}", [(1,), (2,), (3,)]),
    "unnest_no_range": ("select {{ unnest_range('cast(null as bigint)', 'n') }}", []),
    "unnest_a_long_range": ("select count(*) from (select {{ unnest_range('30000', 'n') }})", [(30_000,)]),
    "listagg_ordered": (
        "select {{ listagg_ordered('w', \"', '\", 'n') }} as said from (values ('b', 2), ('a', 1)) as t(w, n)",
        [("a, b",)]),
}  # fmt: skip


def test_macros_that_make_rows(tmp_path: Path) -> None:
    home = Warehouse(tmp_path)
    statements = rendered(home, "\n;\n".join(text for text, _ in ROWS.values())).split("\n;\n")
    found = [[tuple(row.values()) for row in home.query(statement)] for statement in statements]
    assert dict(zip(ROWS, found, strict=True)) == {name: expected for name, (_, expected) in ROWS.items()}


def test_other_engines_get_their_own_json_types(tmp_path: Path) -> None:
    fields = "{'id': 'text', 'history': {'map_of': [{'value': 'text'}]}}"
    text = rendered(Warehouse(tmp_path), "select '{{ spark_json_type(" + fields + ") }}' as kind")
    assert Warehouse(tmp_path).values(text) == [
        "struct<`id`:string,`history`:map<string,array<struct<`value`:string>>>>"
    ]
