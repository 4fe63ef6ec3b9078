"""What a rule means, in words: the default process and a grown one, against sentences written by hand."""

from __future__ import annotations

from pathlib import Path

import pytest

from expectations.explain import explain, explain_version
from expectations.process import Process, load_process
from tests.expectations.test_compile_rules import TEXT
from tests.expectations.test_process_rules import GOOD

DOUBT = (
    "unknown, where the CRM keeps no history that could tell, or what it says leaves both answers open; waived, where "
    "a line of waivers.csv lifts it; neither is in the rate"
)
LAST = "the last activity with the buyer (or the deal's beginning)"


def written(folder: Path, text: str) -> Process:
    path = folder / "process.yml"
    path.write_text(text, encoding="utf-8")
    return load_process(path)


def parts(process: Process, key: str, version: int | None = None) -> dict[str, str]:
    found = explain(process, key, version)
    assert found is not None
    return dict(found.parts)


def test_a_step_of_the_default_process():
    assert parts(load_process(), "conversation_held") == {
        "Why": "Interest that nobody has heard from the buyer is ours, not theirs.",
        "Means": "owed (severity high): leaving Qualify without it is a finding",
        "Due": (
            "when the deal leaves Qualify: when it first stands in any later stage, or is won. "
            "A deal lost in Qualify is not asked for it"
        ),
        "Grace": "to the end of the next working day after leaving the stage",
        "Owed by": "deals of the type new",
        "Evidence": (
            "a meeting that was not canceled or no show, a completed call, or an incoming email; "
            "an activity counts from its completion on"
        ),
        "Earlier": "what was done before Qualify counts as well",
        "Afterwards": (
            "what claims to be in time and was entered later than 1 day after the grace is `recorded afterwards`: "
            "against the lower bound of the rate, for the upper one"
        ),
        "Heard by": "everybody who gets alerts",
        "Apart": f"{DOUBT}. Owners who log fewer than 3 activities are not accused: unknown",
    }


def test_what_is_optional_and_what_is_owed_on_loss():
    process = load_process()
    offer = parts(process, "offer_recorded")
    assert offer["Means"] == "shown, never owed: nothing is missing without it"
    assert offer["Asked of"] == "deals of the type new"
    assert not {"Owed by", "Heard by"} & offer.keys(), "nobody owes it, and nobody hears of it"
    assert parts(process, "final_amount")["Due"].startswith("when the deal leaves Close: when it is won. ")
    lost = parts(process, "lost_reason_recorded")
    assert lost["Due"] == "2 days after the deal was lost"
    assert lost["Owed by"] == "lost deals: deals of the type new"
    assert lost["Afterwards"].startswith("what claims to be in time and was entered later than 1 day after that is ")
    assert lost["Apart"] == DOUBT


def test_what_must_hold_on_leaving_has_no_grace():
    ahead = parts(load_process(), "close_date_ahead")
    assert ahead["Grace"] == "none: what had to hold when the deal left the stage nobody can put right later"
    assert "later than 1 day after that moment is" in ahead["Afterwards"]


def test_conditions_four_eyes_and_modes(tmp_path):
    met = parts(written(tmp_path, TEXT), "met")
    assert met["Owed by"] == (
        "deals of the type new whose amount is below 5,000 (in the home currency), as they were when they left the "
        "stage; of all that are judged: deals of the type new or renewal whose pipeline is acme/7 or 8, "
        "segment is smb, amount is 1,000 or more (in the home currency), amount is below 9,000.5 (in the home "
        "currency), score is 3 or more, plan is filled in, and country is not at or ch"
    )
    assert met["Evidence"] == "met filled in from 2026-01-01 on in the 30 days before leaving the stage"
    assert met["Inside"] == "only what was done between entering First and leaving it, with the grace, counts"
    assert met["Four eyes"] == (
        "nobody who did any of called may do any of this, else it is a finding of its own; "
        "unknown where a system or nobody is named as the doer"
    )
    assert met["Afterwards"].endswith("does not count")
    assert met["Heard by"] == (
        "nobody; it is in the numbers alone (observe); EMEA: everybody who gets alerts; Alps: the owner alone (coach)"
    )
    assert met["Version"] == (
        "2 of 2, in force from 2026-01-01; what counts is the day on which a deal entered the stage"
    )


def test_a_step_reads_as_its_version_has_it(tmp_path):
    process = written(tmp_path, TEXT)
    assert parts(process, "called", 1)["Evidence"] == "nothing in the CRM is named, so it is unknown for every deal"
    assert parts(process, "called", 1)["Version"].startswith("1 of 2, in force from the beginning until 2026-01-01;")
    newest = parts(process, "called")
    assert newest["Evidence"] == 'a call about "budget" or "plan"; an activity counts from its completion on'
    assert newest["Finding"] == "Nobody called."
    assert explain(process, "met", 1) is None


def test_a_response_names_what_sets_it_off(tmp_path):
    process = written(tmp_path, TEXT)
    replied = parts(process, "replied")
    assert replied["Set off by"] == "an incoming email, each time"
    assert replied["Due"] == "to the end of the second working day after that"
    assert replied["Evidence"] == "an outgoing email, or a call, at that moment or later"
    assert replied["Finding"] == "Nobody answered."
    assert parts(process, "sent")["Due"] == "4 hours after that"


@pytest.mark.parametrize(
    ("key", "holds", "during"),
    [
        (
            "fresh",
            "the last activity with the buyer (or the deal's beginning) is at most 1.5 days old",
            "the deal is open, in First",
        ),
        ("dated", "the close date is set and not past", "the deal is open, in every stage"),
        ("calm", "the close date was put off at most 0 times", "the deal is open, in every stage"),
    ],
)
def test_a_rule_of_open_deals(tmp_path, key, holds, during):
    found = parts(written(tmp_path, TEXT), key)
    assert (found["Holds"], found["While"]) == (holds, during)


def test_every_rule_can_be_explained(tmp_path):
    process = written(tmp_path, GOOD)
    found = list(explain_version(process, process.versions[0]))
    assert [(one.key, one.kind) for one in found] == [
        ("called", "step of First"),
        ("met", "step of First"),
        ("replied", "response to an event"),
        ("fresh", "rule of open deals"),
        ("dated", "rule of open deals"),
        ("reason", "step after a loss"),
    ]
    assert all(text.strip() == text and not text.endswith(".") for one in found for _, text in one.parts)
