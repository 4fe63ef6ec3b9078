"""process.yml: the company's sales process as a model, with versions in force from a date.

The shape of the file and its reading belong here. Mistakes beyond a wrong type are found in process_checks.py; what
evidence means is in evidence.py; nothing here knows tables.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from connectors.configfile import ConfigModel, ConfigProblems, read_document, validate
from expectations.durations import Grace, GraceField, Span
from expectations.evidence import Evidence, alternatives
from expectations.process_checks import check_process

DealType = Literal["new", "expansion", "renewal", "partner"]
Severity = Literal["low", "medium", "high"]
Key = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,62}$", description="A short name in lower case, kept for ever.")]
DEFAULT_PROCESS = Path(__file__).with_name("process.yml")


class StepBase(ConfigModel):
    """What every step has."""

    key: Key
    name: str = Field(min_length=1, description="What people read.")
    why: str = Field(default="", description="Why the step matters, in one sentence for the seller.")
    mandatory: bool = Field(description="true: leaving the stage without it is a finding. false: shown, never owed.")
    severity: Severity | None = Field(
        default=None, description="How much it matters (mandatory: medium; optional: low)."
    )
    evidence: Evidence | None = Field(default=None, description="What in the CRM proves that the step was done.")

    @property
    def severity_or_default(self) -> Severity:
        """The severity given, else medium for what is owed and low for the rest."""
        return self.severity or ("medium" if self.mandatory else "low")


class Step(StepBase):
    """A step of a stage: due when the deal leaves the stage."""

    grace: GraceField | None = Field(
        default=None, description="How long after leaving the stage it may still be recorded."
    )
    after: Key | None = Field(default=None, description="The step that must have been done before this one.")
    backfill: Literal["flag", "accept", "reject"] = Field(
        default="flag", description="What to make of a record entered long after the date it claims."
    )


class LossStep(StepBase):
    """A step owed because the deal was lost."""

    within: Span = Field(description="How long after the loss it may be recorded, for example `2 days`.")


class Stage(ConfigModel):
    """A stage of the process, in the order of the file."""

    key: Key
    name: str = Field(min_length=1)
    probability: float = Field(description="The share of deals in this stage that will be won, 0 to 1.")
    max_days: float | None = Field(
        default=None, gt=0, description="A deal that stays longer has a finding `over_time`."
    )
    optional: bool = Field(default=False, description="true: a deal may pass by without a finding.")
    steps: tuple[Step, ...] = ()


class AppliesTo(ConfigModel):
    """Which deals are judged."""

    deal_types: tuple[DealType, ...] = Field(default=("new",), min_length=1)


class Version(ConfigModel):
    """The process as it is from a date on."""

    in_force_from: date | None = Field(default=None, description="The first day (company's time zone) of this version.")
    applies_to: AppliesTo = AppliesTo()
    stages: tuple[Stage, ...] = Field(min_length=1)
    on_loss: tuple[LossStep, ...] = ()


class Defaults(ConfigModel):
    """What holds where a step says nothing else."""

    grace: GraceField = Field(default=Grace(working_days=1))
    flicker: Span = Field(default=300, description="A move that is taken back within this time never happened.")
    backfill_tolerance: Span = Field(
        default=86_400, description="How late a record may be entered and still count as on time."
    )
    logging_min_activities: int = Field(
        default=3,
        ge=0,
        description="Activity steps are judged only for owners who log at least so many; 0 judges everybody.",
    )


class ProcessFile(ConfigModel):
    """The file: either one version at top level, or several under `versions`."""

    judge_from: date | None = Field(default=None, description="Deals that left a stage earlier raise no alert.")
    defaults: Defaults = Defaults()
    versions: tuple[Version, ...] | None = Field(default=None, min_length=1)
    in_force_from: date | None = None
    applies_to: AppliesTo | None = None
    stages: tuple[Stage, ...] | None = Field(default=None, min_length=1)
    on_loss: tuple[LossStep, ...] | None = None


@dataclass(frozen=True, slots=True)
class NumberedVersion:
    """A version with its number (1 is the oldest)."""

    number: int
    version: Version

    def steps(self) -> Iterator[tuple[int, Stage, Step]]:
        """Every step of a stage with the stage and its place, from 1."""
        for order, stage in enumerate(self.version.stages, 1):
            for step in stage.steps:
                yield order, stage, step


@dataclass(frozen=True, slots=True)
class Process:
    """The whole process, oldest version first. The oldest also judges what came before it: that is the baseline
    (`judge_from` keeps it out of alerts).
    """

    versions: tuple[NumberedVersion, ...]
    defaults: Defaults
    judge_from: date | None = None

    def steps(self) -> Iterator[tuple[int, Step | LossStep]]:
        """Every step of every version, with the version's number."""
        for numbered in self.versions:
            yield from ((numbered.number, step) for _, _, step in numbered.steps())
            yield from ((numbered.number, step) for step in numbered.version.on_loss)

    def evidence_fields(self) -> frozenset[str]:
        """The deal's fields that prove steps; connectors read their history."""
        terms = (
            term
            for _, step in self.steps()
            if step.evidence is not None
            for alternative in alternatives(step.evidence)
            for term in alternative
        )
        return frozenset(term.field for term in terms if term.field is not None)

    def stage_keys(self) -> frozenset[str]:
        """All stages of all versions: what a CRM's stages may be mapped to, besides won and lost."""
        return frozenset(stage.key for numbered in self.versions for stage in numbered.version.stages)


def load_process(path: Path = DEFAULT_PROCESS) -> Process:
    """The process in `path`. Raises ConfigProblems with everything that is wrong in it, each with line and fix."""
    document = read_document(path)
    problems = [document.problem(f.path, f.message, f.fix, f.value) for f in check_process(document.data)]
    try:
        file = validate(document, ProcessFile)
    except ConfigProblems as found:
        told = {(problem.line, problem.where) for problem in problems}  # ours are the better words for the same place
        others = [problem for problem in found.problems if (problem.line, problem.where) not in told]
        raise ConfigProblems([*others, *problems]) from None
    if problems:
        raise ConfigProblems(problems)
    return _numbered(file)


def _numbered(file: ProcessFile) -> Process:
    versions = file.versions
    if versions is None:
        only = Version(
            in_force_from=file.in_force_from,
            applies_to=file.applies_to or AppliesTo(),
            stages=file.stages or (),
            on_loss=file.on_loss or (),
        )
        versions = (only,)
    oldest_first = sorted(versions, key=lambda version: version.in_force_from or date.min)
    numbered = tuple(NumberedVersion(number, version) for number, version in enumerate(oldest_first, 1))
    return Process(numbered, file.defaults, file.judge_from)
