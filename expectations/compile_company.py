"""What is the company's own as rows of reference tables: its days, its money, its teams, waivers and targets.

Accounts and the night are compile.py's, the process compile_process.py's.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pandas as pd

from expectations.company import Company
from expectations.compile_rules import Row
from expectations.days import THE_BEGINNING, company_days, start_of_day
from expectations.reference_schema import frame
from expectations.targets import Target
from expectations.teams import Membership
from expectations.waivers import Waiver

RATE_DIGITS = Decimal("0.000001")


def company_tables(
    company: Company,
    as_of: datetime,
    teams: Sequence[Membership],
    waivers: Sequence[Waiver],
    targets: Sequence[Target] = (),
) -> dict[str, pd.DataFrame]:
    """Calendar, rates, teams, waivers and targets."""
    return {
        "waivers": frame("waivers", (_waiver_row(one, company.zone) for one in waivers)),
        "calendar": frame("calendar", _calendar(company, as_of)),
        "fx_rates": frame("fx_rates", _rates(company)),
        "teams": frame("teams", (_team_row(one) for one in teams)),
        "targets": frame("targets", (_target_row(one) for one in targets)),
    }


def _calendar(company: Company, as_of: datetime) -> Iterator[Row]:
    for day in company_days(company, as_of):
        yield {
            "day": day.day,
            "day_start_utc": day.starts_utc,
            "day_end_utc": day.ends_utc,
            "is_working_day": day.is_working_day,
            "working_day_no": day.working_day_no,
        }


def _rates(company: Company) -> Iterator[Row]:
    """What one unit is worth at home, from a day on; the first rate of a currency also holds for what came before."""
    yield {"currency": company.home_currency, "rate_to_home": Decimal(1), "valid_from": THE_BEGINNING.date()}
    for currency, by_day in sorted(company.rates.items()):
        for place, (day, rate) in enumerate(sorted(by_day.items())):
            yield {
                "currency": currency,
                "rate_to_home": rate.quantize(RATE_DIGITS),
                "valid_from": THE_BEGINNING.date() if place == 0 else day,
            }


def _team_row(one: Membership) -> Row:
    return {
        "email": one.email,
        "team": one.team,
        "manager_email": one.manager,
        "region": one.region,
        "valid_from": one.valid_from or THE_BEGINNING.date(),
        "valid_to": one.valid_to,
    }


def _target_row(one: Target) -> Row:
    return {
        "target_id": one.target_id,
        "level": one.level,
        "level_id": one.name or "",
        "deal_type": one.deal_type,
        "period_grain": one.period_grain,
        "period_start": one.period_start,
        "amount": one.amount,
    }


def _waiver_row(one: Waiver, zone: ZoneInfo) -> Row:
    """A waiver holds from the start of its first day to the end of its last."""
    return {
        "waiver_id": one.waiver_id,
        "deal_key": one.deal,
        "step_key": one.step,
        "given_by": one.given_by,
        "given_at": start_of_day(one.given_on, zone),
        "reason": one.reason,
        "valid_to": None if one.until is None else start_of_day(one.until + timedelta(days=1), zone),
    }
