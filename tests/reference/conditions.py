"""Whether a step is asked of a deal at all: conditions on what the deal was when it left the stage, and waivers."""

from __future__ import annotations

from datetime import datetime

from tests.reference.days import Days, When
from tests.reference.process import Condition, Version
from tests.reference.rows import Deal, Surroundings, Waiver

NEVER = datetime.fromisoformat("0001-01-01")
"""When a deal of which nobody knows began: only a source that was always read has seen it from the beginning."""


def applies(
    deal: Deal,
    version: Version,
    step_key: str | None,
    at: When | None,
    days: Days,
    around: Surroundings,
    by: When | None = None,
) -> bool | None:
    """Whether all conditions of the version and of the step hold at a moment.

    None: nobody knows at which; `by`: not after this one.
    """
    answers = [
        _holds(deal, one, at, days, around, by) for one in version.conditions if one.step_key in (None, step_key)
    ]
    if False in answers:
        return False
    return None if None in answers else True


def _holds(deal: Deal, condition: Condition, at: When | None, days: Days, around: Surroundings,
           by: When | None) -> bool | None:  # fmt: skip
    if condition.field == "deal_type":
        return deal.deal_type in condition.values
    if condition.field == "pipeline":
        answers = {
            bool({pipeline, f"{deal.connection}/{pipeline}"} & condition.values)
            for pipeline in _possible_pipelines(deal, at, days)
        }
    else:
        answers = {_passes(condition, value) for value in _possible_values(deal, condition.field, at, days, around, by)}
    return answers.pop() if len(answers) == 1 else None


def _possible_pipelines(deal: Deal, at: When | None, days: Days) -> set[str]:
    """In which pipelines the deal may have been at a moment: whatever it ever was in where nobody knows.

    A stage that was found in another pipeline does not say since when; of two at one moment or on one day nobody knows
    the first.
    """
    now = deal.judged_at
    seen = [(days.seen(c.entered_at, c.precision), c) for c in deal.stage_changes if (c.recorded_at or now) <= now]
    seen = [(when, change) for when, change in seen if when.at <= now]
    ever = {change.pipeline_id for _, change in seen} or {deal.pipeline_id}
    dated = [(when.at, _end(when, days), c.pipeline_id) for when, c in seen if c.precision != "order"]
    before = [(end, begin) for begin, end, _ in dated if at is not None and end <= at.at]
    if at is None or not before:
        return ever
    end_of_last, begin_of_last = max(before)
    perhaps = {change.pipeline_id for _, change in seen if change.precision == "order"}
    return perhaps | {
        pipeline
        for begin, end, pipeline in dated
        if begin <= _end(at, days) and (end >= end_of_last or end > begin_of_last)
    }


def _end(when: When, days: Days) -> datetime:
    """The last moment at which it may have been."""
    return days.last_moment_after(when, 0).at if when.by_day else when.at


def _possible_values(deal: Deal, field: str, at: When | None, days: Days, around: Surroundings,
                     by: When | None) -> list[str | None]:  # fmt: skip
    """What the field may have said at a moment; nothing at all where nobody knows.

    A field was empty before its first value where its history was read from the deal's beginning on. Otherwise, and
    where the first that is known was found and not entered, it may have said then whatever it ever said.
    """
    now = deal.judged_at
    known = [c for c in deal.field_changes if c.field == field and (c.recorded_at or now) <= now]
    if any(change.changed_at is None for change in known):
        return [change.value for change in known]
    dated = sorted(
        ((days.seen(c.changed_at, c.precision), c.change_id, c) for c in known if c.changed_at is not None),
        key=lambda entry: (entry[0].at, entry[1]),
    )
    dated = [entry for entry in dated if entry[0].at <= now]
    if not dated and field == "amount":
        return [deal.amount]
    begins_empty = around.saw("field_changes", deal.created_at or NEVER) and (
        not dated or dated[0][2].precision != "order"
    )
    ever = [change.value for _, _, change in dated]
    if at is None and not begins_empty:
        return ever
    if at is None:
        until = [by is None or days.not_after(when, by) for when, _, _ in dated].count(True)
        is_open = until < len(dated) and dated[until][2].precision == "order"  # it may have been set before it was seen
        return [None, *ever[: until + is_open]]
    before = [change for when, _, change in dated if days.not_after(when, at)]
    if not before and not begins_empty:
        return ever
    values = [before[-1].value if before else None]
    after = [change for when, _, change in dated if not days.not_after(when, at)]
    if after and after[0].precision == "order":
        values.append(after[0].value)
    that_day = [change for when, _, change in dated if days.not_after(when, at) and days.not_after(at, when)]
    if at.by_day or any(change.precision == "day" for change in that_day):  # nobody knows what came first on that day
        earlier = [change for change in before if change not in that_day]
        values += [change.value for change in that_day]
        values += [earlier[-1].value] if earlier else [None] if begins_empty else ever
    return values


def _passes(condition: Condition, value: str | None) -> bool | None:
    """Whether a value fits; None of what is no number and may be meant as one, large or small."""
    text = (value or "").strip()
    if condition.test == "filled":
        return text != ""
    if condition.test == "one_of":
        return text.lower() in condition.values
    if condition.test == "none_of":
        return text.lower() not in condition.values
    number = _number(text)
    if number is None and text != "":
        return None
    if number is None or condition.number is None:
        return False
    return number >= condition.number if condition.test == "at_least" else number < condition.number


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def is_waived(deal: Deal, step_key: str, gate_at: datetime | None, waivers: list[Waiver]) -> bool:
    """Whether somebody lifted the duty: for this deal, or for every deal that leaves the stage in a time."""
    for waiver in waivers:
        if (
            waiver.step_key != step_key
            or waiver.deal_key not in (None, deal.deal_key)
            or waiver.given_at > deal.judged_at
        ):
            continue
        if waiver.valid_to is not None and (gate_at or deal.judged_at) >= waiver.valid_to:
            continue
        if waiver.deal_key is None and (gate_at is None or gate_at < waiver.given_at):
            continue
        return True
    return False
