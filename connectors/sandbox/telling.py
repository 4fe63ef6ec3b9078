"""The story-teller's desk: lets time pass in a deal's life and writes down the verdict that was decided.

`say` records a decision ("this deal leaves Qualify without a conversation"); nothing here looks at the events to find
out afterwards what they amount to. Which evidence is laid out for a decision stands in `evidence.py`.
"""

from __future__ import annotations

from collections.abc import Collection
from random import Random
from typing import Final, Literal

from connectors.sandbox.model import MANDATORY, STEP_STAGE, Actor, Entry, Move, State, Story, Visit
from connectors.sandbox.people import Crew
from connectors.sandbox.stock import NATIVE, STAGES
from connectors.sandbox.workdays import MINUTE, Workdays

Outcome = Literal["open", "won", "lost"]
LENGTHS: Final = ((5, 14), (9, 22), (8, 18), (6, 14))
ROOMY: Final = ((5, 14), (9, 22), (24, 30), (11, 14))
"""Working days in each stage; roomy leaves more than 45 calendar days between Develop and the win."""

PASSED: Final[dict[str, State]] = {
    "ok": "done",
    "grace": "done_in_grace",
    "late": "late",
    "none": "missing",
    "backfilled": "backfilled",
}
TALKED: Final = frozenset(("conversation_held", "second_conversation", "buyer_in_touch"))


class Telling:
    """One deal in the making. Days are numbers of working days; `gate_day[k]` is None until stage k is left forward."""

    def __init__(self, days: Workdays, crew: Crew, rng: Random, story: Story) -> None:
        self.days = days
        self.crew = crew
        self.rng = rng
        self.story = story
        self.gate: list[int | None] = [None] * len(STAGES)
        self.gate_day: list[int | None] = [None] * len(STAGES)
        self.span: list[tuple[int, int] | None] = [None] * len(STAGES)
        self.here: int | None = None
        self.end_day = days.last
        self.lost_at: int | None = None
        self.reason_pending = False
        self.mover: Actor = "person"
        self.silent = not crew.everybody[story.owner].logs

    # -- time -------------------------------------------------------------------------------------------------

    def number(self, low: int, high: int) -> int:
        """A whole number from low to high."""
        return low + int(self.rng.random() * (high - low + 1))

    def chance(self, share: float) -> bool:
        """True in this share of stories."""
        return self.rng.random() < share

    def office(self, day: int) -> int:
        """Some moment of a working day when gates are passed (9:30 to 17:00)."""
        return self.days.at(day, self.number(570, 1020)) + self.number(0, 59_999)

    def work(self, span: tuple[int, int]) -> int:
        """Some moment on a day strictly inside a span of days."""
        return self.days.at(self.number(span[0] + 1, span[1] - 1), self.number(510, 1050)) + self.number(0, 59_999)

    def after_gate(self, stage: int, policy: str) -> int:
        """When something was made up for: inside the grace (that evening, next noon) or three working days later."""
        day = self.gate_day[stage]
        if day is None:
            raise ValueError(f"stage {STAGES[stage]} was not left, so nothing can come after its gate")
        if policy == "late":
            return self.days.at(day + self.number(3, 5), self.number(540, 1000))
        if self.chance(0.5):
            return self.days.at(day, self.number(1110, 1230))
        return self.days.at(day + 1, 12 * 60)

    # -- what happens -----------------------------------------------------------------------------------------

    def put(self, name: str, value: str, at: int, actor: Actor = "person") -> None:
        """A field gets a value."""
        self.story.fields.setdefault(name, []).append(Entry(value, at, actor))

    def enter(self, key: str, at: int, native: str | None = None, actor: Actor | None = None) -> None:
        """The deal enters a stage: the CRM writes it down, and so do we."""
        story = self.story
        self.put("dealstage", native or NATIVE[key], at, actor or self.mover)
        if story.visits:
            last = story.visits[-1]
            if last.stage_key == key:
                return
            story.visits[-1] = last._replace(left=at)
        story.visits.append(Visit(key, at, None))

    def deviate(self, move: Move) -> None:
        """The deal leaves the process's path."""
        self.story.moves.append(move)

    def close(self, outcome: Outcome, at: int) -> None:
        """The deal is won or lost, and HubSpot sets its close date by itself."""
        self.enter(outcome, at)
        self.put("closedate", str(at), at, "system")
        self.here = None
        self.lost_at = at if outcome == "lost" else None

    def pass_gate(self, stage: int, day: int, at: int) -> None:
        """Stage number `stage` is left forward for the first time."""
        if self.gate[stage] is None:
            self.gate[stage], self.gate_day[stage] = at, day

    def march(
        self,
        outcome: Outcome,
        upto: int = 3,
        *,
        first: int = 0,
        skip: Collection[int] = (),
        lengths: tuple[tuple[int, int], ...] = LENGTHS,
        back: tuple[int, int] | None = None,
    ) -> None:
        """The deal walks from stage `first` to stage `upto`, leaving out `skip`, and ends `back` working days ago.

        An open deal stands in `upto`, entered `back` working days ago.
        """
        visited = [stage for stage in range(first, upto + 1) if stage not in skip]
        stays = [self.number(*lengths[stage]) for stage in visited]
        if outcome == "open":
            self.here, end = upto, self.days.last - self.number(*(back or (8, 22)))
            stays[-1] = 0
        else:
            end = self.days.last - self.number(*(back or (10, 260)))
        day = end - sum(stays)
        for position, stage in enumerate(visited):
            at = self.days.at(day, self.number(540, 569)) if position == 0 else self.office(day)
            self._arrive(stage, day, at, is_first=position == 0)
            leave = day + stays[position]
            self.span[stage] = (day, leave if leave > day else self.days.last + 1)
            day = leave
        self.end_day = end
        if outcome != "open":
            at = self.office(end)
            if outcome == "won":
                for stage in range(len(STAGES)):
                    self.pass_gate(stage, end, at)
                self._note_skip(visited[-1], len(STAGES), at, "won")
            self.close(outcome, at)

    def _arrive(self, stage: int, day: int, at: int, *, is_first: bool) -> None:
        story = self.story
        before = None if is_first else STAGES.index(story.visits[-1].stage_key)
        for earlier in range(stage):
            self.pass_gate(earlier, day, at)
        if is_first:
            story.created = at
            if stage > 0:
                self.deviate(Move("born_late", at, None, STAGES[stage], self.mover))
        elif before is not None:
            self._note_skip(before, stage, at, STAGES[stage])
        later_native = stage == 1 and self.chance(0.3)
        self.enter(STAGES[stage], at, "presentationscheduled" if later_native else None)

    def _note_skip(self, before: int, after: int, at: int, to_stage: str) -> None:
        if after - before > 1:
            self.deviate(Move("stage_skipped", at, STAGES[before], to_stage, self.mover))

    # -- what is decided --------------------------------------------------------------------------------------

    def passed(self, stage: int) -> bool:
        """Whether the stage has been left forward."""
        return self.gate[stage] is not None

    def say(self, step: str, policy: str, *, shown: bool) -> None:
        """Write the verdict: by the decision once the stage is left, else by whether the evidence is laid out."""
        stage = STAGES.index(STEP_STAGE[step])
        state: State
        if self.passed(stage):
            state = PASSED[policy]
            if state == "missing" and self.silent and step in TALKED:
                state = "unknown"
        elif shown:
            state = "done"
        else:
            state = "pending" if self.here == stage else "not_due"
        self.declare(step, state, due=self.passed(stage) and state != "unknown")

    def declare(self, step: str, state: State, *, due: bool = False) -> None:
        """Write a verdict as it is."""
        self.story.steps = self.story.steps or {}
        self.story.steps[step] = state
        if due and step in MANDATORY:
            self.story.due.add(step)
        else:
            self.story.due.discard(step)

    def blur(self, *stages: str) -> None:
        """The CRM doesn't tell when these stages were left, so nobody can judge their steps."""
        for step, stage in STEP_STAGE.items():
            if stage in stages:
                self.declare(step, "unknown")

    def finish(self) -> Story:
        """Put everything into the order of time and let the CRM count contacts."""
        story = self.story
        story.contacts.sort()
        if story.contacts[:1] != [story.created] and self.chance(0.5):
            self.put("num_associated_contacts", "0", story.created, "system")
        for number, at in enumerate(story.contacts, 1):
            if number == len(story.contacts) or story.contacts[number] != at:
                self.put("num_associated_contacts", str(number), at, "system")
        if "hubspot_owner_id" not in story.fields:
            self.put("hubspot_owner_id", self.crew.everybody[story.owner].owner_id, story.created)
        self.put("pipeline", story.pipeline, story.created, self.mover)
        story.activities.sort(key=lambda activity: activity.recorded)
        edits = [story.created]
        for name, entries in story.fields.items():
            entries.sort(key=lambda entry: entry.at)
            if name != "num_associated_contacts":
                edits.append(entries[-1].at)
        edits.extend(activity.recorded for activity in story.activities)
        story.modified = min(max(edits) + self.number(0, 4000), self.days.now - MINUTE)
        return story
