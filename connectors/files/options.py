"""What `options` of a connection of kind `files` may say. Reading files by them happens in the other modules."""

from __future__ import annotations

import codecs
from datetime import datetime
from typing import Annotated
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, Field

from connectors.configfile import ConfigModel, Fault, Faults, did_you_mean
from connectors.configwords import CURRENCY
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


def _date_format(value: str) -> str:
    sample = datetime(2026, 1, 31, 10, 30)  # noqa: DTZ001 - only its text matters
    try:
        if datetime.strptime(sample.strftime(value), value).date() == sample.date():  # noqa: DTZ007
            return value
    except ValueError:
        pass  # said below, like a format that loses the date
    fix = "write it like '%d.%m.%Y %H:%M' (day, month, year, hour, minute)"
    raise Faults(Fault(f"{value!r} does not describe a date", fix, value=value))


def _deal_columns(value: dict[str, str]) -> dict[str, str]:
    wrong = [ours for ours in value if ours not in OBJECTS["deals"].columns]
    if wrong:
        known = OBJECTS["deals"].columns
        raise Faults(*(Fault(f"{o!r} is not a column of deals", did_you_mean(o, known), (o,), o) for o in wrong))
    return value


def _renames(value: dict[str, dict[str, str]]) -> dict[str, dict[str, str]]:
    faults: list[Fault] = []
    for name, columns in value.items():
        if name not in OBJECTS:
            faults.append(Fault(f"{name!r} is not an object of an export", did_you_mean(name, OBJECTS), (name,), name))
            continue
        taken: dict[str, str] = {}
        for ours, theirs in columns.items():
            if ours not in OBJECTS[name].columns:
                fix = did_you_mean(ours, OBJECTS[name].columns)
                faults.append(Fault(f"{ours!r} is not a column of {name}", fix, (name, ours), ours))
            if theirs in taken:
                fix = "give each column its own"
                faults.append(Fault(f"{theirs!r} already serves {taken[theirs]!r}", fix, (name, ours), theirs))
            taken[theirs] = ours
    if faults:
        raise Faults(*faults)
    return value


class FilesOptions(ConfigModel):
    """All options of a connection of kind `files`; those of the second half are for event logs (XES)."""

    delimiter: str = Field(",", min_length=1, max_length=1, description="What separates the columns of a CSV.")
    encoding: Annotated[str, AfterValidator(_encoding)] = Field("utf-8", description="The encoding of CSV and NDJSON.")
    decimal_comma: bool = Field(default=False, description="Amounts are written like 1.200,50.")
    time_zone: Annotated[str, AfterValidator(_zone)] = Field("UTC", description="The zone of times that name none.")
    date_formats: list[Annotated[str, AfterValidator(_date_format)]] = Field(
        default_factory=list,
        description="How times are written where not as 2026-01-31[T10:00:00]: ['%d.%m.%Y %H:%M', '%d.%m.%Y'].",
    )
    columns: Annotated[dict[str, dict[str, str]], AfterValidator(_renames)] = Field(
        default_factory=dict, description="object -> our column -> the export's: {deals: {deal_id: 'Deal - ID'}}."
    )

    lifecycles: list[str] = Field(
        default_factory=list,
        description="XES: only events with these values of lifecycle:transition count ([COMPLETE]); empty: all do.",
    )
    pipeline_id: str = Field(
        "default", description="XES: the pipeline whose stage map names the events that are stages."
    )
    amount: str | None = Field(None, description="XES: the attribute of a trace that is its deal's amount.")
    created_at: str | None = Field(None, description="XES: the one that is the deal's creation; else its first event.")
    currency: str | None = Field(None, pattern=CURRENCY, description="XES: the currency of all amounts, like EUR.")
    attributes: Annotated[dict[str, str], AfterValidator(_deal_columns)] = Field(
        default_factory=dict, description="XES: further columns of deals -> the trace's attribute: {deal_name: client}."
    )
