"""process.yml: the company's sales process as a model, with versions in force from a date.

The file, its versions and its reading belong here; stages and steps are in steps.py, other duties in duties.py, what
evidence means in evidence.py. Mistakes beyond a wrong type are found in process_checks.py. Nothing here knows tables.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from pydantic import Field

from connectors.configfile import ConfigModel, ConfigProblems, read_document, validate
from expectations.conditions import AppliesTo, condition_fields
from expectations.durations import DateField, Grace, GraceField, Span
from expectations.duties import Hygiene, Response
from expectations.evidence import Evidence, asks_for_text, fields_of
from expectations.process_checks import check_process
from expectations.steps import Backfill, Clock, LossStep, Stage, Step

DEFAULT_PROCESS = Path(__file__).with_name("process.yml")


class Version(ConfigModel):
    """The process as it is from a date on."""

    in_force_from: DateField | None = Field(
        default=None, description="The first day (company's time zone) of this version."
    )
    applies_to: AppliesTo = AppliesTo()
    stages: tuple[Stage, ...] = Field(min_length=1)
    responses: tuple[Response, ...] = ()
    while_open: tuple[Hygiene, ...] = ()
    on_loss: tuple[LossStep, ...] = ()


class Defaults(ConfigModel):
    """What holds where a step says nothing else."""

    grace: GraceField = Field(default=Grace(working_days=1))
    flicker: Span = Field(default=300, description="A move that is taken back within this time never happened.")
    backfill_tolerance: Span = Field(
        default=86_400, description="How late a record may be entered and still count as on time."
    )
    backfill: Backfill = Field(
        default="flag", description="What to make of a record entered long after the date it claims."
    )
    clock: Clock = Field(default="completion", description="Which end of an activity counts: completion or start.")
    logging_min_activities: int = Field(
        default=3,
        ge=0,
        le=1_000_000,
        description="Activity steps are judged only for owners who log at least so many; 0 judges everybody.",
    )
    won_at_birth: Span = Field(
        default=259_200,
        description="A deal won within this time of its creation was entered afterwards and is not judged.",
    )


class ProcessFile(ConfigModel):
    """The file: either one version at top level, or several under `versions`."""

    judge_from: DateField | None = Field(default=None, description="Deals that left a stage earlier raise no alert.")
    defaults: Defaults = Defaults()
    versions: tuple[Version, ...] | None = Field(default=None, min_length=1)
    in_force_from: DateField | None = None
    applies_to: AppliesTo | None = None
    stages: tuple[Stage, ...] | None = Field(default=None, min_length=1)
    responses: tuple[Response, ...] = Field(default=(), description="Duties that an event sets off.")
    while_open: tuple[Hygiene, ...] = Field(default=(), description="Rules that hold while a deal is open.")
    on_loss: tuple[LossStep, ...] = Field(default=(), description="Steps owed because the deal was lost.")


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
        """The deal's fields that prove or condition anything; connectors read their history."""
        found = {name for evidence in self._evidence() for name in fields_of(evidence)}
        for numbered in self.versions:
            found |= condition_fields(numbered.version.applies_to)
            for _, _, step in numbered.steps():
                found |= condition_fields(step.applies_to)
        return frozenset(found)

    def asks_for_text(self) -> bool:
        """Whether any evidence looks for words in what an activity is about; connectors read that only then."""
        return any(asks_for_text(evidence) for evidence in self._evidence())

    def _evidence(self) -> Iterator[Evidence]:
        yield from (step.evidence for _, step in self.steps() if step.evidence is not None)
        for numbered in self.versions:
            for response in numbered.version.responses:
                yield response.when
                if response.evidence is not None:
                    yield response.evidence

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
            responses=file.responses,
            while_open=file.while_open,
            on_loss=file.on_loss,
        )
        versions = (only,)
    oldest_first = sorted(versions, key=lambda version: version.in_force_from or date.min)
    numbered = tuple(NumberedVersion(number, version) for number, version in enumerate(oldest_first, 1))
    return Process(numbered, file.defaults, file.judge_from)
