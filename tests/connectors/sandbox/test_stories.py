"""The organisation: deterministic, complete in kinds, plausible in its mix, and nothing in it happens after `now`."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime

import pytest

from connectors.sandbox import Organisation
from connectors.sandbox.casting import PLOTS
from connectors.sandbox.model import MANDATORY, STEP_STAGE

STATES = {
    "done",
    "done_in_grace",
    "late",
    "missing",
    "backfilled",
    "pending",
    "not_due",
    "unknown",
    "not_applicable",
}


def test_same_seed_tells_the_same_and_another_seed_something_else():
    first = list(Organisation(3, 120).truth())
    assert first == list(Organisation(3, 120).truth())
    assert first != list(Organisation(4, 120).truth())


def test_a_deal_is_told_alone_as_among_all():
    organisation = Organisation(5, 300)
    among_all = list(organisation.stories())
    for index in (0, 12, 77, 299):
        assert Organisation(5, 300).story(index) == among_all[index]


def test_the_last_of_a_million_costs_no_memory():
    story = Organisation(1, 1_000_000).story(999_999)
    assert story.index == 999_999
    assert story.steps is not None
    assert set(story.steps) == set(STEP_STAGE)


@pytest.mark.parametrize("seed", range(4))
def test_every_kind_of_story_appears_in_200_deals(seed):
    told = Counter(truth.plot for truth in Organisation(seed, 200).truth())
    assert set(PLOTS) - set(told) == set()


@pytest.mark.parametrize("seed", range(4))
def test_every_state_appears_and_most_of_what_is_due_is_done(seed):
    summary = Organisation(seed, 500).summary()
    assert {state for states in summary.states.values() for state in states} == STATES
    assert 0.70 <= summary.ok / summary.due <= 0.85
    assert set(summary.whereabouts) == {"live", "archived", "merged_away"}


def test_small_organisations_stand():
    for deals in (1, 2, 50):
        assert len(list(Organisation(9, deals).truth())) == deals


def test_merges_come_whole():
    truths = {truth.deal_id: truth for truth in Organisation(2, 400).truth()}
    away = [truth for truth in truths.values() if truth.whereabouts == "merged_away"]
    assert away
    for truth in away:
        survivor = truths[truth.merged_into]
        assert survivor.merged_at is not None
        assert survivor.is_judged
        assert survivor.whereabouts == "live"
        assert not truth.is_judged


@pytest.mark.parametrize("now", [datetime(2026, 6, 30, 4, tzinfo=UTC), datetime(2027, 3, 28, 21, 30, tzinfo=UTC)])
def test_nothing_happens_after_now_but_planned_meetings(now):
    organisation = Organisation(8, 300, now=now)
    present = organisation.days.now
    planned = 0
    for story in organisation.stories():
        assert story.created <= story.modified <= present
        assert all(entry.at <= present for entries in story.fields.values() for entry in entries)
        assert all(document.at <= present for document in story.documents)
        for activity in story.activities:
            assert activity.recorded <= present
            planned += activity.at > present
            assert activity.at <= present or activity.how == "SCHEDULED"
    assert planned > 0


def test_visits_follow_one_another_without_gaps():
    for truth in Organisation(6, 400).truth():
        for before, after in zip(truth.visits, truth.visits[1:], strict=False):
            assert before.left_at == after.entered_at
            assert before.entered_at <= after.entered_at
            assert before.stage_key != after.stage_key
        assert truth.visits[-1].left_at is None


def test_one_seller_never_logs_and_all_others_clearly_do():
    organisation = Organisation(11, 100)
    logged = Counter()
    for story in organisation.stories():
        for activity in story.activities:
            good = activity.how not in ("CANCELED", "NO_SHOW", "NO_ANSWER", "EMAIL") and activity.at < story.modified
            logged[activity.owner, activity.kind] += good
    silent = organisation.crew.silent.number
    assert not any(owner == silent for owner, _ in logged)
    for person in organisation.crew.loggers:
        for kind in ("meeting", "call", "email"):
            assert logged[person.number, kind] >= 3


def test_only_mandatory_steps_are_due_and_only_with_a_verdict():
    for truth in Organisation(13, 400).truth():
        assert truth.due <= MANDATORY
        verdicts = {truth.steps[step] for step in truth.due}
        assert verdicts <= {"done", "done_in_grace", "late", "missing", "backfilled"}


def test_impossible_wishes_are_refused_in_plain_words():
    with pytest.raises(ValueError, match="at least 1 deal"):
        Organisation(1, 0)
    with pytest.raises(ValueError, match="no time zone"):
        Organisation(1, 10, now=datetime(2026, 6, 30))  # noqa: DTZ001 - the fault to be refused
