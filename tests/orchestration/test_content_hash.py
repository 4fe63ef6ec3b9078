"""The fingerprint changes with the facts and with nothing else."""

import duckdb
import pytest

from orchestration.content_hash import combined, hash_table


def fingerprint(select: str) -> str:
    with duckdb.connect() as con:
        con.execute(f"create table t as {select}")
        return hash_table(con, "t")


BASE = (
    "select * from (values (1, 'a', 0.5::double, 1.10::decimal(18,2)), (2, null, 2.0, 3.00)) v(id, name, rate, amount)"
)


REORDERED = "select * from "


@pytest.mark.parametrize(
    "same",
    [
        REORDERED
        + "(values (2, null, 2.0::double, 3.00::decimal(18,2)), (1, 'a', 0.5, 1.10)) v(id, name, rate, amount)",
        f"select amount, rate, name, id from ({BASE})",
        f"select *, now() as extracted_at, 'x' as night_id from ({BASE})",
        f"select id, name, rate + 1e-12 as rate, amount from ({BASE})",
    ],
)
def test_order_telemetry_and_the_last_bits_of_doubles_do_not_count(same: str) -> None:
    assert fingerprint(same) == fingerprint(BASE)


@pytest.mark.parametrize(
    "other",
    [
        f"select * replace (coalesce(name, '') as name) from ({BASE})",
        f"select * replace (rate + 1e-7 as rate) from ({BASE})",
        f"select * replace (amount + 0.01 as amount) from ({BASE})",
        f"select * from ({BASE}) union all select * from ({BASE}) where id = 1",
        f"select id, name as title, rate, amount from ({BASE})",
    ],
)
def test_every_fact_counts(other: str) -> None:
    assert fingerprint(other) != fingerprint(BASE)


def test_separators_inside_text_are_not_confused_with_columns() -> None:
    assert fingerprint("select 'a\",\"b' as x, '' as y") != fingerprint("select 'a' as x, 'b\",\"' as y")


def test_negative_zero_is_zero_and_time_zones_of_the_session_do_not_count() -> None:
    assert fingerprint("select -0.0::double as x") == fingerprint("select 0.0::double as x")
    with duckdb.connect() as con:
        con.execute("create table t as select timestamptz '2026-01-01 00:00:00+00' as at")
        con.execute("set TimeZone = 'Asia/Tokyo'")
        tokyo = hash_table(con, "t")
        con.execute("set TimeZone = 'UTC'")
        assert hash_table(con, "t") == tokyo


def test_combined_depends_on_which_table_has_which_hash() -> None:
    assert combined({"a": "1", "b": "2"}) != combined({"a": "2", "b": "1"})
