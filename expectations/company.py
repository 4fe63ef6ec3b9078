"""plumbline.yml: what is the company's own - its days, its money, its schedule, how long things are kept.

The model and its reading belong here; accounts are in connections.yml, stages and steps in process.yml.
"""

from __future__ import annotations

import re
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any, Literal, get_args
from zoneinfo import ZoneInfo, available_timezones

from pydantic import Field, field_validator, model_validator

from connectors import configwords
from connectors.configfile import ConfigModel, Fault, Faults, did_you_mean, load_model
from expectations.durations import DateField

WORKSPACE_FORMAT = 1
Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
Month = Literal[
    "january", "february", "march", "april", "may", "june",
    "july", "august", "september", "october", "november", "december",
]  # fmt: skip
WEEKDAYS: tuple[Weekday, ...] = get_args(Weekday)
MONTHS: tuple[Month, ...] = get_args(Month)
CURRENCY = re.compile(configwords.CURRENCY)
CRON_FIELDS = (("minute", 0, 59), ("hour", 0, 23), ("day", 1, 31), ("month", 1, 12), ("weekday", 0, 7))
CRON_PART = re.compile(r"(?:\*|(\d{1,2})(?:-(\d{1,2}))?)(?:/(\d{1,2}))?")


class Retention(ConfigModel):
    """How much of the past is kept."""

    publications: int = Field(default=14, ge=2, description="Published warehouses, for going back.")
    nights: int = Field(default=30, ge=2, description="Manifests and build files of nights.")
    logs_days: int = Field(default=30, ge=1, description="Days of logs.")


class Publisher(ConfigModel):
    """Where the published warehouse also goes."""

    kind: Literal["duckdb", "parquet"]
    path: str | None = Field(default=None, description="Folder, relative to the workspace; default data/published.")


class Hold(ConfigModel):
    """When a connection's data is so odd that the night goes on with its last good state instead."""

    max_fall: float = Field(
        default=0.5, gt=0, le=1, description="Largest fall of its rows against the last good night."
    )
    min_rows: int = Field(default=20, ge=0, description="Falls of fewer rows than this hold nothing.")


class Company(ConfigModel):
    """The whole of plumbline.yml."""

    workspace_format: Literal[1] = Field(description="The version of this folder's layout.")
    name: str | None = Field(default=None, description="The company's name, for headings.")
    time_zone: str = Field(description="The zone that defines a day, like Europe/Berlin.")
    working_days: tuple[Weekday, ...] = Field(default=WEEKDAYS[:5], min_length=1)
    holidays: tuple[DateField, ...] = Field(default=(), description="Days off that fall on working days.")
    home_currency: str = Field(description="The currency of reports, like EUR.")
    rates: dict[str, dict[DateField, Decimal]] = Field(
        default_factory=dict, description="Currency -> day from which it holds -> what one unit is worth at home."
    )
    fiscal_year_starts: Month = Field(default="january", description="The first month.")
    forecast_step_days: Literal[1, 7] | None = Field(
        default=None, description="Days between two looks at the pipeline; null: 1 for cycles under a month, else 7."
    )
    schedule: str = Field(
        default="0 2 * * *", description="When the night begins, as cron: minute hour day month weekday."
    )
    retention: Retention = Retention()
    publishers: tuple[Publisher, ...] = (Publisher(kind="duckdb"), Publisher(kind="parquet"))
    judge_from: DateField | None = Field(default=None, description="Deals that left a stage earlier raise no alert.")
    hold: Hold = Hold()

    @property
    def zone(self) -> ZoneInfo:
        """The zone that defines a day."""
        return ZoneInfo(self.time_zone)

    @property
    def fiscal_year_start_month(self) -> int:
        """1 for January."""
        return MONTHS.index(self.fiscal_year_starts) + 1

    @field_validator("workspace_format", mode="before")
    @classmethod
    def _known_format(cls, value: Any) -> Any:
        if isinstance(value, int) and value > WORKSPACE_FORMAT:
            message = f"the workspace has format {value}, and this Plumbline knows formats up to {WORKSPACE_FORMAT}"
            raise Faults(Fault(message, "install a newer Plumbline", value=value))
        return value

    @field_validator("time_zone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        if value not in _zones():
            raise Faults(Fault(f"{value!r} is not a time zone", _zone_help(value), value=value))
        return value

    @field_validator("working_days", "fiscal_year_starts", mode="before")
    @classmethod
    def _any_case(cls, value: Any) -> Any:
        if isinstance(value, str):
            return value.lower()
        return [item.lower() if isinstance(item, str) else item for item in value] if isinstance(value, list) else value

    @field_validator("home_currency")
    @classmethod
    def _currency_code(cls, value: str) -> str:
        if not CURRENCY.fullmatch(value):
            raise Faults(
                Fault(f"{value!r} is not a currency code", "write its three capital letters, like EUR", (), value)
            )
        return value

    @field_validator("rates")
    @classmethod
    def _sound_rates(cls, rates: dict[str, dict[DateField, Decimal]]) -> dict[str, dict[DateField, Decimal]]:
        faults = [fault for code, by_day in rates.items() for fault in _rate_faults(code, by_day)]
        if faults:
            raise Faults(*faults)
        return rates

    @field_validator("schedule")
    @classmethod
    def _sound_schedule(cls, value: str) -> str:
        fault = _cron_fault(value)
        if fault:
            raise Faults(
                Fault(
                    f"{value!r} is not a cron schedule: {fault}", "for example `0 2 * * *`, 02:00 each day", (), value
                )
            )
        return value

    @model_validator(mode="after")
    def _consistent(self) -> Company:
        faults = []
        if self.home_currency in self.rates:
            fix = "remove it; its rate is 1"
            message = f"{self.home_currency!r} is the home currency and needs no rate"
            faults.append(Fault(message, fix, ("rates", self.home_currency)))
        for i, day in enumerate(self.holidays):
            if day in self.holidays[:i]:
                faults.append(Fault(f"{day} is listed twice", "remove one", ("holidays", i), str(day)))
        if len({publisher.kind for publisher in self.publishers}) < len(self.publishers):
            faults.append(Fault("two publishers have the same kind", "keep one of them", ("publishers",)))
        if "duckdb" not in {publisher.kind for publisher in self.publishers}:
            fix = "add `- kind: duckdb`; status, query and the review page read it"
            faults.append(Fault("the DuckDB file is not published", fix, ("publishers",)))
        if faults:
            raise Faults(*faults)
        return self


def load_company(path: Path) -> Company:
    """The settings in `path`. Raises ConfigProblems with everything that is wrong in it."""
    return load_model(path, Company)


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())


def _zone_help(value: str) -> str:
    if re.fullmatch(r"(UTC|GMT)?[+-]\d{1,2}(:?\d\d)?|[A-Z]{3,4}", value) and value not in _zones():
        return "name a place, like Europe/Berlin: an offset or abbreviation knows no summer time"
    city = value.rsplit("/", 1)[-1].replace(" ", "_").casefold()
    by_city = [zone for zone in sorted(_zones()) if zone.rsplit("/", 1)[-1].casefold() == city]
    hint = f"did you mean {by_city[0]!r}?" if by_city else did_you_mean(value, _zones())
    return hint if hint.startswith("did you mean") else "write it like Europe/Berlin"


def _rate_faults(code: str, by_day: dict[DateField, Decimal]) -> list[Fault]:
    faults = []
    if not CURRENCY.fullmatch(code):
        faults.append(
            Fault(f"{code!r} is not a currency code", "write its three capital letters, like USD", (code,), code)
        )
    if not by_day:
        faults.append(Fault("there is no rate", f"add one, like `{code}: {{2026-01-01: 0.92}}`", (code,)))
    for day, rate in by_day.items():
        if not rate.is_finite() or rate <= 0:
            fix = "write what one unit is worth in the home currency"
            faults.append(Fault("a rate is a number above 0", fix, (code, day.isoformat()), str(rate)))
    return faults


def _cron_fault(text: str) -> str | None:
    parts = text.split()
    if len(parts) != len(CRON_FIELDS):
        return f"it has {len(parts)} parts and not 5 (minute hour day month weekday)"
    for part, (name, low, high) in zip(parts, CRON_FIELDS, strict=True):
        for item in part.split(","):
            match = CRON_PART.fullmatch(item)
            if match is None:
                return f"{item!r} is not a {name}"
            numbers = [int(number) for number in match.groups()[:2] if number is not None]
            if any(not low <= number <= high for number in numbers) or match[3] == "0":
                return f"the {name} {item!r} is not within {low} to {high}"
    return None
