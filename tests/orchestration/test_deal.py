"""One deal told: ten findings with what they rest on, written by hand, and what is said of deals that have nothing."""

from __future__ import annotations

import shutil
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import duckdb
import pytest

from orchestration.deal.lines import lines
from orchestration.deal.rows import NoSuchDeal
from orchestration.deal.story import tell
from orchestration.deal.words import rate, span
from tests.orchestration.deal_world import build

BERLIN = ZoneInfo("Europe/Berlin")
CONVERSATION = "a meeting that was not canceled or no show, a completed call, or an incoming email"
ALL_THREE = '"Amount known", "Buyer named", "Conversation held"'
ASKS, TO_KNOW = "asks for something", "to know"
UNOWNED = "whose deal it was then is not known, now of Ann Lee; moved by CRM user u7"

TEN = {
    "silent": (
        ["Conversation held: not recorded", f"looked for {CONVERSATION}", "in activities since 2024-01-01"],
        ['Leaving Qualify: "Conversation held" is not recorded', f"high, 2024-03-06 10:00, 88.9 days ago, {ASKS}",
         "deal of Ann Lee then; moved by CRM user u7"],
    ),
    "skipped": (
        ["Amount known: not recorded", "looked for amount above 0", "in field amount since 2024-01-01"],
        ['Moved from Qualify to Propose without Develop; "Amount known" is not recorded',
         f"medium, 2024-03-06 10:00, 88.9 days ago, {ASKS}", UNOWNED],
    ),
    "born": (
        ["Buyer named: not recorded", "looked for one contact on the deal", "in contacts since 2024-01-01"],
        [f"Created in Propose, without Qualify, Develop; {ALL_THREE} are not recorded",
         f"high, 2024-03-04 10:00, 90.9 days ago, {ASKS}", UNOWNED],
    ),
    "back": (
        ["Conversation held: recorded", "meeting, 2024-03-04 14:48"],
        ["Moved back from Develop to Qualify", f"low, 2024-03-08 10:00, 86.9 days ago, {TO_KNOW}", UNOWNED],
    ),
    "again": (
        ["Buyer named: recorded", "contact, 2024-03-04 10:00"],
        ["Opened again in Qualify after it was lost", f"low, 2024-03-13 10:00, 81.9 days ago, {TO_KNOW}", UNOWNED],
    ),
    "stale": (
        ["Close date still ahead: was not so when leaving the stage",
         "on record, but does not count: close date set to 2024-03-10, 2024-03-04 10:00"],
        ['Leaving Propose: "Close date still ahead" was not so when leaving the stage',
         f"medium, 2024-03-13 10:00, 81.9 days ago, {TO_KNOW}", UNOWNED],
    ),
    "lost": (
        [
            "Lost reason recorded: not recorded",
            "looked for lost reason filled in",
            "in field lost reason since 2024-01-01",
        ],
        ['Lost: "Lost reason recorded" is not recorded', f"medium, 2024-03-08 10:00, 86.9 days ago, {ASKS}", UNOWNED],
    ),
    "lost_late": (
        ["Lost reason recorded: recorded too late", "lost reason set to Price, 2024-03-08 22:00",
         "it would have counted until 2024-03-08 10:00"],
        ['Lost: "Lost reason recorded" was recorded too late', f"medium, 2024-03-08 10:00, 86.9 days ago, {TO_KNOW}",
         UNOWNED],
    ),
    "late": (
        ["Conversation held: recorded too late", "meeting, completed, 2024-03-24 10:00, Ann Lee",
         "it would have counted until 2024-03-08 00:59"],
        ['Leaving Qualify: "Conversation held" was recorded only after leaving the stage',
         f"high, 2024-03-06 10:00, 88.9 days ago, {TO_KNOW}", UNOWNED],
    ),
    "written_after": (
        ["Conversation held: entered long after its date",
         "call, completed, 2024-03-05 10:00 (entered 2024-04-03 11:00)"],
        ['Leaving Qualify: "Conversation held" was entered long after its date',
         f"high, 2024-03-06 10:00, 88.9 days ago, {TO_KNOW}", UNOWNED],
    ),
}  # fmt: skip
"""Deal -> the lines of the step in question, and those of the finding."""


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(tmp_path_factory.mktemp("deals"))


def told(warehouse: Path, key: str) -> list[str]:
    return [line.strip() for line in lines(tell(warehouse, key, BERLIN))]


def stands_in(block: list[str], text: list[str]) -> bool:
    return any(text[n : n + len(block)] == block for n in range(len(text)))


@pytest.mark.parametrize("deal", TEN)
def test_a_finding_is_one_sentence_and_its_evidence(warehouse: Path, deal: str) -> None:
    text = told(warehouse, f"acme:{deal}")
    step, finding = TEN[deal]
    assert stands_in(step, text), "\n".join(text)
    assert stands_in(finding, text), "\n".join(text)


def test_the_whole_of_a_deal(warehouse: Path) -> None:
    assert told(warehouse, "Silent Mill")[:18] == [
        "Silent Mill (acme:silent), new, 500.00, owner Ann Lee",
        "Stands in Develop. Judged as of 2024-06-03 08:00; times are Europe/Berlin.",
        "2 steps were due and 1 kept: 50 %.",
        "",
        "Path",
        "Qualify  2024-03-04 10:00, 2 days, moved by CRM user u7",
        "Develop  2024-03-06 10:00, 88.9 days, moved by CRM user u7",
        "",
        "Steps",
        "Qualify, left 2024-03-06 10:00",
        "Buyer named: recorded",
        "contact, 2024-03-04 10:00",
        "Conversation held: not recorded",
        f"looked for {CONVERSATION}",
        "in activities since 2024-01-01",
        "Develop",
        "Amount known: still to come",
        "Second contact (optional): still to come",
    ]
    text = told(warehouse, "silent")
    assert stands_in(["Owed", "Amount known, before leaving Develop: amount above 0"], text)
    assert stands_in(["Propose: not owed yet", "Close: not owed yet"], text)


def test_what_is_owed_to_a_stage_already_left_is_told_apart(warehouse: Path) -> None:
    assert stands_in(
        ["Owed", f"Conversation held, until 2024-06-05 01:59, having left Qualify: {CONVERSATION}",
         "Amount known, before leaving Develop: amount above 0"], told(warehouse, "fresh")
    )  # fmt: skip


def test_a_stage_that_the_deal_never_stood_in_was_not_left(warehouse: Path) -> None:
    text = told(warehouse, "skipped")
    assert "Qualify, left 2024-03-06 10:00" in text
    assert "Develop, passed by 2024-03-06 10:00" in text


def test_a_waiver_is_told_with_who_gave_it_and_why(warehouse: Path) -> None:
    text = told(warehouse, "lifted")
    assert stands_in(
        ["Conversation held: lifted by a waiver (otherwise: not recorded)",
         "waiver by bo@acme.example on 2024-03-07, until 2024-06-03: ordered by telephone"], text
    )  # fmt: skip
    assert "Without waivers: 50 %." in text
    assert "high, 2024-03-06 10:00, 88.9 days ago, lifted by a waiver" in text


def test_doubt_is_told_as_doubt(warehouse: Path) -> None:
    text = told(warehouse, "undated")
    assert "2 steps were due and 2 kept, 1 more is not known: between 67 and 100 %." in text
    assert stands_in(
        ["Amount known: not known: it is recorded, but when is not known",
         "on record: amount set to 500, at a time that is not known"], text
    )  # fmt: skip


def test_a_time_is_told_as_well_as_it_is_known_and_no_better(warehouse: Path) -> None:
    text = told(warehouse, "by_days")
    assert stands_in(
        ["Qualify  2024-03-04, 2 days, moved by CRM user u7",
         "Develop  2024-03-06, at most 7.4 days, moved by CRM user u7",
         "Propose  at a time that is not known, moved by CRM user u7"], text
    ), "\n".join(text)  # fmt: skip
    assert "Qualify, left 2024-03-06" in text
    assert "2 steps were due and 2 kept, 1 more is not known: between 67 and 100 %." in text


def test_a_deal_that_is_not_judged_says_why(warehouse: Path) -> None:
    text = told(warehouse, "renewal")
    assert "Not judged: the process is not for deals of the type renewal." in text
    assert "Steps" not in text


def test_a_deal_with_nothing_on_record_says_so(warehouse: Path) -> None:
    text = told(warehouse, "untold")
    assert "No visit of a stage is on record." in text
    assert "Nothing was due, so there is no rate." in text


def test_a_crowded_deal_is_told_within_bounds(warehouse: Path) -> None:
    text = told(warehouse, "crowded")
    assert len(text) < 150
    assert "… and 4,980 more in between" in text
    assert stands_in(["Second conversation, on another day (optional): recorded", "meeting, 2024-03-04 10:00",
                      "meeting, 2024-03-05 01:07"], text)  # fmt: skip


def test_a_user_of_the_crm_is_told_by_name_where_it_is_known(warehouse: Path) -> None:
    """The CRM knows its users by other ids than the owners of its deals."""
    text = "\n".join(told(warehouse, "by_user"))
    assert "moved by Ann Lee" in text
    assert "moved by CRM user u7" in text
    assert "amount set to 500, 2024-03-04 10:00, Ann Lee" in text


@pytest.mark.parametrize(
    ("key", "said"),
    [
        ("acme:silnet", "acme:silent \\(Silent Mill\\)"),
        ("mill", "Near it are acme:silent"),
        ("Twin", "may be several deals: acme:born \\(Twin\\), acme:skipped"),
        ("", "No deal has the key.*A deal's key looks like acme:"),
        ("%%%", "A deal's key looks like acme:"),
    ],
)
def test_a_key_that_nobody_has_names_those_near(warehouse: Path, key: str, said: str) -> None:
    with pytest.raises(NoSuchDeal, match=said):
        tell(warehouse, key, BERLIN)


def test_an_older_publication_is_told_without_what_it_lacks(warehouse: Path, tmp_path: Path) -> None:
    older = Path(shutil.copy(warehouse, tmp_path / "older.duckdb"))
    with duckdb.connect(str(older)) as db:
        for mart in ("fct_step_evidence", "fct_hygiene", "fct_responses", "fct_owed_steps", "dim_waivers"):
            db.execute(f"drop table marts.{mart}")
    assert "Conversation held: not recorded" in told(older, "silent")


def test_a_rate_is_never_rounded_to_all_or_nothing() -> None:
    half, most, least = Decimal("0.5"), Decimal("0.996"), Decimal("0.001")
    assert rate(None, None) == "nothing was due"
    assert rate(half, half) == "50 %"
    assert rate(most, Decimal(1)) == "between 99 and 100 %"
    assert rate(least, half) == "between 1 and 50 %"


def test_spans_read_in_their_largest_unit() -> None:
    assert [span(days) for days in (2, 1.25, 1, 0.5, 1 / 1440, 0.0001)] == [
        "2 days", "1.2 days", "1 day", "12 hours", "1 minute", "less than a minute",
    ]  # fmt: skip
