"""What Salesforce can tell of a story and HubSpot can't, and the other way round: where a verdict must differ, and why.

`Org.truth` states these verdicts; what is shown of each story stands in `rows`, `histories` and `activities`.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from connectors.sandbox.model import DealTruth, State, Story
from connectors.sandbox.workdays import DAY

CANNOT_KNOW: Final[dict[str, str]] = {
    "undated_fields": "OpportunityHistory always tells amount and close date, and a contact role when it was made",
    "merge_survivor": "nothing is merged natively: the survivor has its own history only, and it leaves no doubt",
    "conversation_in_grace": "a call or e-mail is a task, which has a date only: on the day of the gate it is in time",
}
"""Plot -> why the verdict that the teller wrote down can't be the one that is read from Salesforce."""

CERTAIN: Final[dict[str, dict[str, State]]] = {
    "undated_fields": dict.fromkeys(
        ("buyer_named", "second_contact", "amount_known", "close_date_ahead", "final_amount"), "done"
    ),
    "merge_survivor": dict.fromkeys(("buyer_named", "conversation_held"), "done"),
}
"""Steps that are in doubt in HubSpot only: in these stories they were done in time."""

OPTIONAL: Final = frozenset(("second_contact",))


def as_known(truth: DealTruth, story: Story) -> DealTruth:
    """The truth about a deal as far as Salesforce can tell it."""
    if truth.steps is None or truth.whereabouts != "live":
        return truth
    known = dict(CERTAIN.get(truth.plot, {}))
    if truth.steps.get("conversation_held") == "done_in_grace" and _talked_on_gate_day(story):
        known["conversation_held"] = "done"
    if not known:
        return truth
    due = truth.due | (known.keys() - OPTIONAL)
    is_certain = truth.visits_certain or truth.plot in CERTAIN
    return replace(truth, steps={**truth.steps, **known}, due=due, visits_certain=is_certain)


def _talked_on_gate_day(story: Story) -> bool:
    """Whether a call or e-mail took place on the day on which the first stage was left."""
    gate = next((visit.entered for visit in story.visits if visit.stage_key != "qualify"), None)
    tasks = (activity.at for activity in story.activities if activity.kind != "meeting")
    return gate is not None and any(at // DAY == gate // DAY for at in tasks)
