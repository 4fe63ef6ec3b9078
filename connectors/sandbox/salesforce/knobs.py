"""How a simulated org misbehaves in Salesforce's own ways, and what it has licensed, tracks and lets be read.

Only the settings; `app`, `query`, `bulk` and `org` act on them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from connectors.sandbox.faults import Faults


@dataclass(slots=True)
class Knobs(Faults):
    """By default a quick, faultless org with everything licensed. `every` counts the account's requests."""

    unauthorized: bool = False
    empty: bool = False
    """Every query finds nothing."""

    missing_objects: tuple[str, ...] = ()
    """Objects that are not licensed or may not be read, e.g. ("Quote", "CurrencyType")."""

    missing_fields: tuple[str, ...] = ()
    """Fields that field-level security hides, e.g. ("Opportunity.Amount",)."""

    view_all: bool = True
    """Whether the user has View All Data."""

    history_tracking: bool = True
    """Off: OpportunityFieldHistory exists and is empty."""

    untracked_fields: tuple[str, ...] = ()
    """Fields without rows in OpportunityFieldHistory, as it names them, e.g. ("Amount", "Owner")."""

    discount_percent: int = 10
    """What the formula field Discount_Value__c takes of the amount; turning it moves no date."""

    session_seconds: float = 7200.0
    rotate_refresh_tokens: bool = False
    """Each refresh kills the refresh token that was used and hands out a new one."""

    requests_per_day: int = 1_000_000
    used_today: int = 0
    """Requests that others have used up before."""

    page_size: int = 2000
    bulk_page_rows: int = 50_000
    """The most rows of one page of Bulk results, whatever `maxRecords` asks for."""

    bulk_polls: int = 1
    """How often a job is seen InProgress before it is JobComplete."""

    job_failed_every: int = 0
    """Each n-th query job ends as Failed."""

    query_timeout_every: int = 0
    query_timeout_rows: int = 0
    """Queries that match more rows than this time out (in Bulk: the job fails)."""

    late_every: int = 0
    late_seconds: float = 0.0
    """Each n-th record appears only this long after the sandbox was started, with its old stamp."""

    commit_seconds: float = 0.0
    """Edits are seen only this long after they were made, with the stamp of when they were: a slow transaction."""

    deleted_lag_seconds: int = 0
    """getDeleted covers this much less than what was asked for."""

    list_vanished: bool = False
    """getDeleted also tells of records that were deleted for good."""

    repeat_locator: bool = False
    """Bulk results answer with the locator that they were asked with (a loop for the careless)."""

    lose_bulk_rows: int = 0
    """So many rows of each job never arrive, although the job counts them."""

    nul_bytes: bool = False
    """NUL bytes stand in texts of Bulk results."""

    @classmethod
    def faithful(cls) -> Self:
        """The daily allowance of a Developer Edition, as recorded."""
        return cls(requests_per_day=15_000)
