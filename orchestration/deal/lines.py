"""A deal's story as lines of text for a terminal. What is told is story.py's, the words are words.py's."""

from __future__ import annotations

from collections.abc import Iterator

from orchestration.deal.parts import DealStory, FindingTold, Piece, StepTold, Visit
from orchestration.deal.words import OUTSIDE, span, when


def lines(story: DealStory) -> Iterator[str]:
    """The whole story, from what it is to what is owed."""
    yield from _head(story)
    yield from _path(story)
    yield from _steps(story)
    yield from _owed(story)
    if story.findings:
        yield ""
        yield "Findings"
        for finding in story.findings:
            yield from _finding(finding)
        yield from _more(story, "findings")
    if story.answers:
        yield ""
        yield "Answers that were asked for"
        for answer in story.answers:
            until = f", until {when(answer.deadline_at)}" if answer.deadline_at else ""
            answered = f", {when(answer.answered_at)}" if answer.answered_at else ""
            why = f" ({answer.reason})" if answer.reason else ""
            name = answer.key.replace("_", " ")
            yield f"  {name}, asked for {when(answer.set_off_at)}{until}: {answer.verdict}{answered}{why}"
        yield from _more(story, "responses")
    if story.rules:
        yield ""
        yield "While it is open"
        for rule in story.rules:
            yield f"  {rule.sentence}" + (f" (since {when(rule.since)})" if rule.since else "")


def _head(story: DealStory) -> Iterator[str]:
    amount = "" if story.amount is None else f", {story.amount:,.2f} {story.currency or ''}".rstrip()
    kind = "" if story.deal_type is None else f", {story.deal_type}"
    yield f"{story.name} ({story.key}){kind}{amount}, owner {story.owner or 'nobody'}"
    if story.url:
        yield story.url
    yield f"Stands in {story.stage}. Judged as of {when(story.judged_at)}; times are {story.time_zone}."
    if not story.judged:
        yield f"Not judged: {story.not_judged_because}."
        return
    if story.history_begins_late:
        yield "Its history begins later than the deal; what came before is not known."
    yield _kept(story)
    if story.rate_without_waivers:
        yield f"Without waivers: {story.rate_without_waivers}."


def _kept(story: DealStory) -> str:
    """How much of what was due was done, and of how much nobody can tell."""
    if not story.due:
        doubt = "" if not story.unknown else f" as far as is known (not known: {story.unknown})"
        return f"Nothing was due{doubt}, so there is no rate."
    steps = "One step was" if story.due == 1 else f"{story.due} steps were"
    doubt = "" if not story.unknown else f", {story.unknown} more {'is' if story.unknown == 1 else 'are'} not known"
    return f"{steps} due and {story.ok} kept{doubt}: {story.rate}."


def _path(story: DealStory) -> Iterator[str]:
    yield ""
    yield "Path"
    if not story.path:
        yield "  No visit of a stage is on record."
    wide = max((len(visit.stage) for visit in story.path), default=0)
    for visit in story.path:
        told = (
            "at a time that is not known"
            if visit.precision == "order"
            else when(visit.entered_at, only_the_day=visit.precision == "day")
        )
        yield f"  {visit.stage.ljust(wide)}  {told}{_lasted(visit)}, moved by {visit.moved_by}"
    yield from _more(story, "visits")


def _lasted(visit: Visit) -> str:
    """How long, where that is known; until somebody saw it elsewhere, where that is all there is to say."""
    if visit.precision == "order" or (visit.left_at is None and visit.stage in (OUTSIDE["won"], OUTSIDE["lost"])):
        return ""
    return f", {'at most ' if visit.left_precision == 'order' else ''}{span(visit.days)}"


def _more(story: DealStory, part: str) -> Iterator[str]:
    if part in story.left_out:
        yield f"  … and {story.left_out[part]:,} more in between"


def _steps(story: DealStory) -> Iterator[str]:
    if not story.judged:
        return
    yield ""
    yield "Steps"
    stages = dict.fromkeys(step.stage for step in story.steps)  # another version may have them in another order
    for stage in stages:
        told = [step for step in story.steps if step.stage == stage]
        left = next((step for step in told if step.left_stage_at), None)
        idle = all(step.state == "not_due" for step in told)
        if stage == OUTSIDE["lost"]:
            if not idle:
                yield "  After the loss"
        else:
            yield f"  {stage}" + (_left(left) if left else f": {told[0].verdict}" if idle else "")
        for step in () if idle else told:
            yield from _step(step)


def _left(step: StepTold) -> str:
    moment = when(step.left_stage_at, only_the_day=step.left_only_the_day)
    return f", {'left' if step.was_in_stage else 'passed by'} {moment}"


def _step(step: StepTold) -> Iterator[str]:
    optional = "" if step.mandatory else " (optional)"
    why = f": {step.reason}" if step.reason else ""
    yield f"    {step.name}{optional}: {step.verdict}{why}"
    if step.waiver:
        yield f"        waiver {step.waiver}"
    for piece in step.evidence:
        yield f"        {_piece(piece)}"
    if step.more_evidence:
        yield f"        … and {step.more_evidence:,} more"
    if step.four_eyes == "unknown":
        yield "        whether a second person did it is not known: a machine, or nobody known, did one of the two"
    if step.looked_for and step.state in ("missing", "unknown", "late"):
        yield f"        looked for {step.looked_for}"
        yield f"        in {step.looked_where}" if step.looked_where else "        in nothing that could be read"
    if step.state == "late":
        yield f"        it would have counted until {when(step.deadline_at)}"


def _piece(piece: Piece) -> str:
    who = f", {piece.who}" if piece.who else ""
    link = f", {piece.url}" if piece.url else ""
    told = f"{piece.what}, {when(piece.happened_at, only_the_day=piece.only_the_day)}"
    apart = piece.recorded_at and piece.happened_at and abs((piece.recorded_at - piece.happened_at).total_seconds())
    entered = f" (entered {when(piece.recorded_at)})" if apart and apart >= 86_400 else ""
    undated = "on record: " if piece.happened_at is None else "on record, but does not count: "
    return ("" if piece.counted else undated) + told + entered + who + link


def _owed(story: DealStory) -> Iterator[str]:
    if not story.owed:
        return
    yield ""
    yield "Owed"
    for owed in story.owed:
        due = f"until {when(owed.until)}, having left" if owed.until else "before leaving"
        yield f"  {owed.name}, {due} {owed.stage}" + (f": {owed.what_counts}" if owed.what_counts else "")


def _finding(finding: FindingTold) -> Iterator[str]:
    mark = "lifted by a waiver" if finding.waived else "asks for something" if finding.asks else "to know"
    yield f"  {finding.sentence}"
    ago = "" if not finding.days else f", {span(finding.days)} ago"
    yield f"    {finding.severity}, {when(finding.since)}{ago}, {mark}"
    then = f"deal of {finding.owner_then} then" if finding.owner_then else "whose deal it was then is not known"
    now = "" if finding.owner_now == finding.owner_then else f", now of {finding.owner_now or 'nobody'}"
    moved = f"; moved by {finding.moved_by}" if finding.moved_by else ""
    yield f"    {then}{now}{moved}"
