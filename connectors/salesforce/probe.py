"""What a person wants to know before the first night: who we are there, what may be read, what it will cost.

Here belong the lines of `--probe` and `plumbline check`. They count rows and read none.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from connectors.contract import ConnectorError, CredentialsError, MissingScopeError, QuotaExhausted, Unreachable
from connectors.salesforce.api import SalesforceApi
from connectors.salesforce.catalogue import DEALS, FIELD_HISTORY
from connectors.salesforce.notes import Notes
from connectors.salesforce.plan import first_sync
from connectors.salesforce.reader import ObjectReader

_TRACKING = (
    "field history: nothing is tracked, so owners, record types and custom fields are known only as they are now, and "
    "what rests on their history stays unknown. Switch it on: Setup, Object Manager, Opportunity, Fields & "
    "Relationships, Set History Tracking (Owner, Record Type, the lost reason, and every field that process.yml "
    "names). It begins on that day"
)
_MENDING = {
    "quotes": "quotes count as evidence only where Quotes are switched on (Setup, Quote Settings) and permitted",
    FIELD_HISTORY: _TRACKING,
}


def probe_lines(
    api: SalesforceApi, user_id: str | None, readers: Mapping[str, ObjectReader], notes: Notes
) -> list[str]:
    """Lines for people. Raises what makes a night impossible: wrong credentials, an unreachable host, no deals."""
    deals = readers[DEALS]
    live = deals.count()
    lines = [_told("account", lambda: _account(api)), _told("user", lambda: _user(api, user_id))]
    lines.append(_told("rights", lambda: _rights(api, user_id)))
    lines.append(f"deals: {live:,} live")
    for plan in first_sync(readers.values()):
        if plan.records is None:
            mending = _MENDING.get(plan.stream)
            lines.append(f"{plan.stream}: NOT readable ({plan.remark})" + (f". {mending}" if mending else ""))
        else:
            lines.append(f"{plan.stream}: {plan.records:,} rows, {plan.calls} calls by {plan.remark}")
            if plan.stream == FIELD_HISTORY and plan.records == 0:
                lines.append(_TRACKING)
    lines += [f"{stream}: {note}" for stream in readers for note in notes.of(stream)]
    lines.extend(_quota(api))
    return lines


def _account(api: SalesforceApi) -> str:
    row = _first(api, "SELECT Id, Name, OrganizationType, IsSandbox FROM Organization")
    kind = "a sandbox" if row.get("IsSandbox") is True else "production"
    return f"account: {row.get('Name')} ({row.get('OrganizationType')}, {kind}), org {row.get('Id')}"


def _user(api: SalesforceApi, user_id: str | None) -> str:
    if user_id is None or not user_id.isalnum():
        return "user: the token does not say who it belongs to"
    row = _first(api, f"SELECT Id, Name, Username FROM User WHERE Id = '{user_id}'")
    return f"user: {row.get('Name')} ({row.get('Username')})"


def _rights(api: SalesforceApi, user_id: str | None) -> str:
    if user_id is None or not user_id.isalnum():
        return "rights: whether the user sees all deals could not be asked"
    condition = f"AssigneeId = '{user_id}' AND PermissionSet.PermissionsViewAllData = true"
    if api.count(f"SELECT COUNT() FROM PermissionSetAssignment WHERE {condition}"):
        return "rights: the user has View All Data"
    return (
        "rights: the user does NOT have View All Data; deals that are not shared with it are missing, and no count can "
        "tell. Give its permission set View All on Opportunity, Task, Event and Quote, or View All Data"
    )


def _first(api: SalesforceApi, soql: str) -> Mapping[str, Any]:
    rows = api.query(soql).rows
    if not rows:
        raise ConnectorError("no row")
    return rows[0]


def _told(what: str, ask: Callable[[], str]) -> str:
    try:
        return ask()
    except (CredentialsError, Unreachable, QuotaExhausted):
        raise
    except (MissingScopeError, ConnectorError) as error:
        return f"{what}: not told ({str(error).split(': ', 2)[-1]})"


def _quota(api: SalesforceApi) -> Iterator[str]:
    quota = api.session.quota
    if quota.remaining is None:
        yield "quota: Salesforce did not tell what is left of the day"
    else:
        kept = f"{quota.reserve:,} are kept for your other apps"
        yield f"quota: {quota.remaining:,} of {quota.limit or 0:,} calls of 24 hours left, of which {kept}"
    try:
        limits = api.limits()
    except (CredentialsError, Unreachable, QuotaExhausted):
        raise
    except ConnectorError as error:
        yield f"limits: not told ({str(error).split(': ', 2)[-1]})"
        return
    for name, words in (
        ("DailyBulkV2QueryJobs", "Bulk query jobs"),
        ("DailyBulkV2QueryFileStorageMB", "MB of Bulk results"),
    ):
        told = limits.get(name)
        if isinstance(told, Mapping):
            yield f"limits: {told.get('Remaining')} of {told.get('Max')} {words} left"
