"""What `options` of a connection of kind `files` may say. Reading files by them happens in the other modules."""

from __future__ import annotations

import codecs
from typing import Annotated
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, Field

from connectors.configfile import ConfigModel, Fault, Faults, did_you_mean
from connectors.files.columns import OBJECTS


def _zone(value: str) -> str:
    try:
        ZoneInfo(value)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise Faults(
            Fault(f"{value!r} is not a time zone", "write one like Europe/Berlin or UTC", value=value)
        ) from None
    return value


def _encoding(value: str) -> str:
    try:
        codecs.lookup(value)
    except LookupError:
        raise Faults(Fault(f"{value!r} is not an encoding", "write one like utf-8 or cp1252", value=value)) from None
    return value


def _renames(value: dict[str, dict[str, str]]) -> dict[str, dict[str, str]]:
    faults = []
    for name, columns in value.items():
        if name not in OBJECTS:
            faults.append(Fault(f"{name!r} is not an object of an export", did_you_mean(name, OBJECTS), (name,), name))
            continue
        taken: dict[str, str] = {}
        for ours, theirs in columns.items():
            if ours not in OBJECTS[name].columns and not OBJECTS[name].further:
                fix = did_you_mean(ours, OBJECTS[name].columns)
                faults.append(Fault(f"{ours!r} is not a column of {name}", fix, (name, ours), ours))
            if theirs in taken:
                fix = "give each column its own"
                faults.append(Fault(f"{theirs!r} already serves {taken[theirs]!r}", fix, (name, ours), theirs))
            taken[theirs] = ours
    if faults:
        raise Faults(*faults)
    return value


class XesOptions(ConfigModel):
    """How an event log's attributes become a deal's columns."""

    lifecycles: list[str] = Field(
        default_factory=list,
        description="Only events with these values of lifecycle:transition count ([COMPLETE]); empty: all do.",
    )
    deal: dict[str, str] = Field(
        default_factory=dict,
        description="A deal's column -> the attribute of the trace that holds it: {amount: AMOUNT_REQ}.",
    )
    pipeline_id: str = Field("default", description="The pipeline whose stage map names the events that are stages.")

    amount: str | None = Field(None, description="Short for deal: {amount: …}.")
    created_at: str | None = Field(None, description="Short for deal: {created_at: …}; default: the first event.")
    currency: str | None = Field(None, description="The currency of all amounts, like EUR.", pattern="^[A-Z]{3}$")


class FilesOptions(XesOptions):
    """All options of a connection of kind `files`."""

    delimiter: str = Field(",", min_length=1, max_length=1, description="What separates the columns of a CSV.")
    encoding: Annotated[str, AfterValidator(_encoding)] = Field("utf-8", description="The encoding of CSV and NDJSON.")
    time_zone: Annotated[str, AfterValidator(_zone)] = Field("UTC", description="The zone of times that name none.")
    date_format: str | None = Field(
        None, description="How times are written when not as 2026-01-31[T10:00:00], e.g. '%d.%m.%Y %H:%M'."
    )
    columns: Annotated[dict[str, dict[str, str]], AfterValidator(_renames)] = Field(
        default_factory=dict, description="object -> our column -> the export's: {deals: {deal_id: 'Deal - ID'}}."
    )
