"""The stages of a process and the steps in them, as models: what a step is, when it is due, and who hears of it.

Versions and the file around them are in process.py, duties outside of stages in duties.py, evidence in evidence.py.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, WithJsonSchema

from connectors.configfile import ConfigModel
from connectors.configwords import SHORT_NAME
from expectations.conditions import StepAppliesTo
from expectations.durations import GraceField, Span
from expectations.evidence import Evidence

Severity = Literal["low", "medium", "high"]
Backfill = Literal["flag", "accept", "reject"]
Clock = Literal["completion", "start"]
Mode = Literal["observe", "coach", "alert"]
MODES: tuple[Mode, ...] = ("observe", "coach", "alert")
Key = Annotated[str, Field(pattern=SHORT_NAME, description="A short name in lower case, kept for ever.")]
SENTENCE = "The company's own words for what is not so; else, and for what came late, Plumbline writes a sentence."


class Modes(ConfigModel):
    """Who hears of a finding, also team by team."""

    default: Mode = Field(
        default="alert",
        description="observe (numbers only), coach (the owner alone) or alert; for teams without a line of their own.",
    )
    teams: dict[str, Mode] = Field(default_factory=dict, description="A team's name -> its own mode.")


def _as_modes(value: Any) -> Any:
    """One word is the mode of everybody."""
    return {"default": value} if isinstance(value, str) else value


ModesField = Annotated[
    Modes,
    BeforeValidator(_as_modes),
    WithJsonSchema(
        {
            "anyOf": [
                {"enum": list(MODES)},
                {
                    "type": "object",
                    "properties": {
                        "default": {"enum": list(MODES)},
                        "teams": {"type": "object", "additionalProperties": {"enum": list(MODES)}},
                    },
                    "additionalProperties": False,
                },
            ]
        }
    ),
]


class Duty(ConfigModel):
    """What everything that is owed has."""

    key: Key
    name: str = Field(min_length=1, description="What people read.")
    why: str = Field(default="", description="Why it matters, in one sentence for the seller.")
    mandatory: bool = Field(description="true: its absence is a finding. false: shown, never owed.")
    severity: Severity | None = Field(
        default=None, description="How much it matters (mandatory: medium; optional: low)."
    )
    sentence: str | None = Field(default=None, min_length=1, description=SENTENCE)
    evidence: Evidence | None = Field(default=None, description="What in the CRM proves that it was done.")

    @property
    def severity_or_default(self) -> Severity:
        """The severity given, else medium for what is owed and low for the rest."""
        return self.severity or ("medium" if self.mandatory else "low")


class StepBase(Duty):
    """What every step has, in a stage or after a loss."""

    mode: ModesField = Field(
        default=Modes(), description="Who hears of a finding: observe, coach or alert; or `{default, teams}`."
    )


class Step(StepBase):
    """A step of a stage: due when the deal leaves the stage."""

    grace: GraceField | None = Field(
        default=None, description="How long after leaving the stage it may still be recorded."
    )
    after: Key | None = Field(default=None, description="The step that must have been done before this one.")
    not_by: Key | None = Field(
        default=None, description="Four eyes: nobody who did any of that step may do any of this one."
    )
    must_be_inside: bool = Field(
        default=False, description="true: only what was done while the deal was in the stage counts."
    )
    applies_to: StepAppliesTo | None = Field(default=None, description="Which deals owe it (all that are judged).")
    clock: Clock | None = Field(default=None, description="Which end of an activity counts: completion or start.")
    backfill: Backfill | None = Field(
        default=None, description="What to make of a record entered long after the date it claims."
    )


class LossStep(StepBase):
    """A step owed because the deal was lost."""

    within: Span = Field(description="How long after the loss it may be recorded, for example `2 days`.")


class Stage(ConfigModel):
    """A stage of the process, in the order of the file."""

    key: Key
    name: str = Field(min_length=1, description="What people read.")
    probability: float = Field(ge=0, le=1, description="The share of deals in this stage that will be won, 0 to 1.")
    max_days: float | None = Field(
        default=None, gt=0, description="A deal that stays longer has a finding `over_time`."
    )
    optional: bool = Field(default=False, description="true: a deal may pass by without a finding.")
    steps: tuple[Step, ...] = Field(default=(), description="What must be known or done before a deal goes on.")
