"""Checking a workspace file against its model: ALL its faults at once, with file, line, value and fix.

Here belong the models' base class, how validators report faults, and JSON Schemas for editors. What a particular
file means lives with its model (`settings.py`, `expectations/`); YAML's own faults are found in `configtext.py`,
plain words for pydantic's errors in `configwords.py`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from connectors.configtext import ConfigPath, ConfigProblems, Document, Problem, read_document
from connectors.configwords import did_you_mean, is_secret, real_path, words_for

__all__ = [
    "ConfigModel",
    "ConfigPath",
    "ConfigProblems",
    "Document",
    "Fault",
    "Faults",
    "Problem",
    "did_you_mean",
    "faults_of",
    "json_schema",
    "load_model",
    "read_document",
    "validate",
]

ModelT = TypeVar("ModelT", bound=BaseModel)


class ConfigModel(BaseModel):
    """Base of all models of workspace files: unknown keys are faults, and `4711` may be a name."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, coerce_numbers_to_str=True, validate_default=False, allow_inf_nan=False
    )


@dataclass(frozen=True, slots=True)
class Fault:
    """What a validator found wrong; `path` is relative to the model or field that was being validated."""

    message: str
    fix: str = ""
    path: ConfigPath = ()
    value: Any = None


class Faults(ValueError):
    """Raised by a validator to report several faults, each with its own place and fix."""

    def __init__(self, *faults: Fault) -> None:
        self.faults = faults
        super().__init__("; ".join(fault.message for fault in faults))


def load_model(path: Path, model: type[ModelT], context: Mapping[str, Any] | None = None) -> ModelT:
    """The file at `path` as a `model`. Raises ConfigProblems with everything that is wrong in it."""
    return validate(read_document(path), model, context)


def validate(document: Document, model: type[ModelT], context: Mapping[str, Any] | None = None) -> ModelT:
    """The document as a `model`; keep the document when lines are needed later (`document.line_of`)."""
    problems = list(document.problems)
    try:
        value = model.model_validate(document.data, context=dict(context or {}))
    except ValidationError as error:
        faults = _faults(error, model, document.data)
        problems += [document.problem(fault.path, fault.message, fault.fix, fault.value) for fault in faults]
        raise ConfigProblems(problems) from None
    if problems:
        raise ConfigProblems(problems)
    return value


def faults_of(error: ValidationError, model: type[BaseModel], data: Any, at: ConfigPath = ()) -> Faults:
    """A nested validation's errors as faults below `at`, for a validator to raise."""
    return Faults(*(Fault(f.message, f.fix, (*at, *f.path), f.value) for f in _faults(error, model, data)))


def json_schema(model: type[BaseModel], title: str) -> dict[str, Any]:
    """The JSON Schema by which editors complete and check the file."""
    schema = model.model_json_schema(mode="validation")
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema, "title": title}


def _faults(error: ValidationError, model: type[BaseModel], data: Any) -> Iterator[Fault]:
    for item in error.errors(include_url=False):
        if item["type"] == "too_short" and len(item["input"]) >= item["ctx"]["min_length"]:
            continue  # it is long enough, only what stands in it is wrong, and that is told by itself
        path = real_path(item["loc"], data)
        cause = item.get("ctx", {}).get("error")
        if isinstance(cause, Faults):
            for fault in cause.faults:
                yield Fault(fault.message, fault.fix, (*path, *fault.path), fault.value)
            continue
        message, fix = words_for(item, path, model)
        kind = item["type"]
        hidden = kind in ("missing", "extra_forbidden") or isinstance(item["input"], dict | list) or is_secret(path)
        yield Fault(message, fix, path, None if hidden else item["input"])
