"""The default process and small accounts against tables written by hand."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from pathlib import Path

import duckdb
import pytest

from connectors.contract import StreamOutcome, SyncOutcome
from connectors.kinds import API_KINDS
from connectors.outcome import to_dict
from connectors.settings import ConnectionSettings, PipelineSettings
from expectations.company import Company
from expectations.compile import reference_tables
from expectations.process import load_process
from expectations.reference_schema import COLUMNS, columns, frame

AS_OF = datetime(2026, 3, 31, 1, tzinfo=UTC)
COMPANY = Company(
    workspace_format=1,
    time_zone="Europe/Berlin",
    home_currency="EUR",
    holidays=["2026-04-03", "2026-04-06"],
    rates={"USD": {"2025-01-01": "0.96", "2026-01-01": "0.92"}},
)
ACME = ConnectionSettings(
    name="acme",
    kind="hubspot",
    credentials={"token": "ACME_TOKEN"},
    default_currency="EUR",
    pipelines={"7": PipelineSettings(deal_type="renewal", stages={"11": "qualify", "12": "won"})},
    deal_type_field="dealtype",
    deal_types={"newbusiness": "new"},
    fields={"amount": "amount_eur"},
    system_actors=["99"],
    deal_url="https://crm.example/{id}",
)


def at(text: str) -> datetime:
    """Naive UTC, as everywhere in the warehouse."""
    return datetime.fromisoformat(text)


def passed(number: int, state: str = "good", **changes) -> SyncOutcome:
    start = datetime(2026, 3, number, 2, tzinfo=UTC)
    streams = [
        StreamOutcome("deals", "hubspot/deals", 10, 9, 9, 3, 100, 2.0, covers=("deals", "stage_changes")),
        StreamOutcome("meetings", "hubspot/meetings", 5, 5, 6, covers=("activities",), seconds=3.0),
        StreamOutcome("calls", "hubspot/calls", covered=False, covers=("activities",)),
    ]
    values = {"judged_at": start, "watermark": number * 100, "streams": streams, **changes}
    return SyncOutcome("acme", "hubspot", f"p{number}", state, start, start.replace(minute=5), **values)


def tables(outcomes=(), **more):
    return reference_tables(load_process(), COMPANY, {"acme": ACME}, list(outcomes), AS_OF, "night-1", **more)


def rows(frame_, *names):
    names = names or tuple(frame_.columns)
    return [tuple(None if value != value else value for value in row) for row in _objects(frame_, names)]


def _objects(frame_, names):
    con = duckdb.connect()
    con.register("t", frame_)
    return con.execute(f"select {', '.join(names)} from t").fetchall()


def test_every_table_has_its_columns_and_types_also_without_rows():
    made = tables()
    assert made.keys() == COLUMNS.keys()
    names = {"text": "VARCHAR", "int": "INTEGER"}
    for table in COLUMNS:
        for one in (made[table], frame(table, [])):
            con = duckdb.connect()
            con.register("t", one)
            got = {row[0]: row[1] for row in con.execute("describe t").fetchall()}
            assert got == {column: names.get(kind, kind.upper()) for column, kind in columns(table).items()}, table


def test_the_default_process_as_steps():
    m, o = True, False
    got = rows(
        tables()["process_steps"], "step_key", "stage_key", "stage_order", "is_mandatory", "grace_working_days",
        "deadline_seconds",
    )  # fmt: skip
    assert got == [
        ("buyer_named", "qualify", 1, m, 1, None),
        ("conversation_held", "qualify", 1, m, 1, None),
        ("amount_known", "develop", 2, m, 1, None),
        ("second_conversation", "develop", 2, o, 1, None),
        ("second_contact", "develop", 2, o, 1, None),
        ("offer_recorded", "propose", 3, o, 1, None),
        ("close_date_ahead", "propose", 3, m, 1, None),
        ("buyer_in_touch", "close", 4, o, 1, None),
        ("final_amount", "close", 4, m, 1, None),
        ("lost_reason_recorded", "lost", None, m, None, 172_800),
    ]


def test_the_default_process_as_stages_and_version():
    made = tables()
    assert rows(made["process_stages"], "stage_key", "stage_order", "probability", "max_days") == [
        ("qualify", 1, 0.1, 30.0),
        ("develop", 2, 0.3, 45.0),
        ("propose", 3, 0.6, 30.0),
        ("close", 4, 0.8, 21.0),
    ]
    assert rows(made["process_versions"]) == [(1, at("1900-01-01"), None)]
    assert rows(made["process_deal_types"]) == [(1, "new")]


def test_the_default_evidence():
    made = tables()
    names = ("step_key", "alternative", "kind", "field", "test", "min_count", "distinct_days")
    assert rows(made["step_terms"], *names) == [
        ("buyer_named", 1, "contact", None, None, 1, 1),
        ("conversation_held", 1, "activity", None, None, 1, 1),
        ("conversation_held", 2, "activity", None, None, 1, 1),
        ("conversation_held", 3, "activity", None, None, 1, 1),
        ("amount_known", 1, "field", "amount", "positive", 1, 1),
        ("second_conversation", 1, "activity", None, None, 1, 2),
        ("second_contact", 1, "contact", None, None, 2, 1),
        ("offer_recorded", 1, "document", None, None, 1, 1),
        ("close_date_ahead", 1, "field_at_gate", "close_date", "on_or_after_gate", 1, 1),
        ("buyer_in_touch", 1, "activity", None, None, 1, 1),
        ("final_amount", 1, "field", "amount", "positive", 1, 1),
        ("lost_reason_recorded", 1, "field", "lost_reason", "filled", 1, 1),
    ]
    values = rows(made["step_term_values"], "step_key", "alternative", "variant", "role", "value")
    assert [row[1:] for row in values if row[0] == "conversation_held"] == [
        (1, 1, "kind", "meeting"),
        (1, 1, "not_outcome", "canceled"),
        (1, 1, "not_outcome", "no_show"),
        (2, 1, "kind", "call"),
        (2, 1, "outcome", "completed"),
        (3, 1, "kind", "email"),
        (3, 1, "direction", "in"),
    ]
    assert [row[2:] for row in values if row[0] == "second_conversation" and row[3] == "kind"] == [
        (1, "kind", "meeting"),
        (2, "kind", "call"),
        (3, "kind", "email"),
    ]
    touch = rows(made["step_terms"], "step_key", "within_days_before_gate", "needs_contact")
    assert ("buyer_in_touch", 30.0, True) in touch


def test_accounts_become_maps():
    made = tables()
    assert rows(made["pipeline_map"]) == [("acme", "7", "renewal")]
    assert rows(made["stage_map"]) == [("acme", "7", "11", "qualify"), ("acme", "7", "12", "won")]
    assert rows(made["deal_type_map"]) == [("acme", "newbusiness", "new")]
    assert rows(made["field_map"]) == [("acme", "deal_type", "dealtype"), ("acme", "amount", "amount_eur")]
    assert rows(made["system_actors"]) == [("acme", "99")]


def test_rates_hold_from_their_day_and_the_first_for_all_before():
    assert rows(tables()["fx_rates"]) == [
        ("EUR", Decimal(1), date(1900, 1, 1)),
        ("USD", Decimal("0.96"), date(1900, 1, 1)),
        ("USD", Decimal("0.92"), date(2026, 1, 1)),
    ]


NIGHT = ("state", "judged_at", "watermark", "last_good_at", "error")


@pytest.mark.parametrize(
    ("outcomes", "more", "expected"),
    [
        ([], {}, ("backfilling", None, None, None, "it was never synced")),
        (
            [passed(2), passed(1)],
            {},
            ("good", at("2026-03-02T02:00"), 200, at("2026-03-02T02:05"), None),
        ),
        (
            [passed(1), passed(2, "stale", watermark=100, judged_at=None, streams=[], error="no answer")],
            {},
            ("stale", at("2026-03-01T02:00"), 100, at("2026-03-01T02:05"), "no answer"),
        ),
        ([passed(1, "backfilling", watermark=None)], {}, ("backfilling", None, None, None, None)),
        (
            [passed(1), passed(2)],
            {"held": ["acme"], "watermarks": {"acme": 100}},
            ("held", at("2026-03-01T02:00"), 100, at("2026-03-01T02:05"), None),
        ),
        ([passed(1)], {"held": ["acme"], "watermarks": {"acme": None}}, ("held", None, None, None, None)),
    ],
)
def test_a_connection_is_judged_on_its_last_good_pass(outcomes, more, expected):
    assert rows(tables([to_dict(one) for one in outcomes], **more)["connections"], *NIGHT) == [expected]


def test_a_sync_that_began_after_its_night_is_judged_at_the_nights_own_moment():
    """A night by the clock names its moment first and reads then; the audit lets nothing be judged ahead of it."""
    late = passed(2, judged_at=AS_OF + timedelta(milliseconds=100))
    assert rows(tables([late])["connections"], "judged_at") == rows(tables([late])["settings"], "as_of")


def test_a_connection_counts_its_deals_and_nothing_else():
    assert rows(tables([passed(1)])["connections"], "rows_ours", "rows_theirs") == [(9, 9)]


def test_an_object_is_covered_only_when_every_stream_it_rests_on_was_read():
    covered = rows(tables([passed(1)])["coverage"], "object")
    assert covered == [("deals",), ("stage_changes",)]


def test_a_field_that_is_not_shown_is_absent_by_the_processs_name():
    deals = StreamOutcome("deals", "hubspot/deals", absent_fields=["closedate", "amount_eur", "colour"])
    absent = rows(tables([to_dict(passed(1, streams=[deals]))])["absent_fields"])
    assert absent == [("acme", "amount"), ("acme", "close_date"), ("acme", "colour")]


def test_a_column_that_an_export_lacks_is_absent_by_the_processs_name():
    deals = StreamOutcome("deals", "files/deals", absent_fields=["owner_id", "Budget", "champion"])
    export = ConnectionSettings(name="acme", kind="files", path="exports", fields={"budget": "Budget"})
    told = to_dict(passed(1, streams=[deals]))
    absent = reference_tables(load_process(), COMPANY, {"acme": export}, [told], AS_OF, "night-1")["absent_fields"]
    assert rows(absent) == [("acme", "budget"), ("acme", "champion"), ("acme", "owner")]


def test_standard_fields_have_the_names_that_staging_gives_their_changes():
    staging = Path(__file__).parents[2] / "dbt_project" / "models" / "staging"
    for crm, kind in API_KINDS.items():
        sql = (staging / crm / f"stg_{crm}__field_changes.sql").read_text(encoding="utf-8")
        told = sql[: sql.index("as standard_field")].rpartition("native_field")[2]
        assert dict(re.findall(r"when '(\w+)' then '(\w+)'", told)) == dict(kind.standard_fields), crm


def test_a_pass_that_read_nothing_leaves_a_row_with_its_error():
    made = tables([passed(1, "stale", streams=[], error="wrong token")])
    assert rows(made["sync_runs"], "object", "covered", "error") == [("connection", False, "wrong token")]


def test_the_calendar_knows_summer_time_and_holidays():
    days = {row[0]: row[1:] for row in rows(tables()["calendar"])}
    assert days[date(2026, 3, 28)][:2] == (at("2026-03-27T23:00"), at("2026-03-28T23:00"))
    assert days[date(2026, 3, 29)][:2] == (at("2026-03-28T23:00"), at("2026-03-29T22:00"))  # 23 hours
    assert days[date(2026, 10, 25)][:2] == (at("2026-10-24T22:00"), at("2026-10-25T23:00"))  # 25 hours
    works = [days[date(2026, 4, day)][2] for day in range(1, 9)]
    assert works == [True, True, False, False, False, False, True, True]  # Good Friday to Easter Monday
    assert days[date(2026, 4, 7)][3] - days[date(2026, 4, 2)][3] == 1
    assert min(days) == date(2011, 1, 1)
    assert max(days) == date(2028, 12, 31)


def test_days_without_a_midnight_leave_no_gap():
    """Santiago's clocks jump from 24:00 to 01:00."""
    company = COMPANY.model_copy(update={"time_zone": "America/Santiago"})
    made = reference_tables(load_process(), company, {}, [], AS_OF, "n")
    days = rows(made["calendar"], "day_start_utc", "day_end_utc")
    assert all(earlier[1] == later[0] for earlier, later in pairwise(days))
    assert {(end - start).total_seconds() / 3600 for start, end in days} == {23, 24, 25}


def test_judge_from_is_a_local_day():
    (settings,) = rows(
        tables(judge_from=date(2026, 1, 15))["settings"], "judge_from", "flicker_seconds", "won_at_birth_seconds"
    )
    assert settings == (at("2026-01-14T23:00"), 300, 259_200)


def test_a_row_with_other_columns_is_our_mistake():
    with pytest.raises(ValueError, match=r"reference\.fx_rates has other columns than the table: rate"):
        frame("fx_rates", [{"currency": "EUR", "rate": 1, "rate_to_home": 1, "valid_from": None}])
