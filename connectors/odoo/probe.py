"""What a person wants to know before the first night: who we are there, what may be read, and how to mend the rest.

Here belong the lines of `--probe` and `plumbline check`. They count, and read nobody's deal.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from connectors.contract import ConnectorError, MissingScopeError
from connectors.odoo.api import OdooApi, among
from connectors.odoo.catalogue import LEADS, TRACKED_FIELDS, TRACKING, Model
from connectors.odoo.dialect import UnknownModel
from connectors.odoo.tracking import TrackingReader

_MEND: Mapping[str, str] = {
    "orders": "offers are not covered; install the Sales app, or leave steps that ask for a document optional",
    "messages": "done activities and e-mails are not covered; give the user the right Sales: All Documents",
    "activities": "planned activities are not covered; give the user the right Sales: All Documents",
}


def probe_lines(api: OdooApi, models: Mapping[str, Model], tracking: TrackingReader) -> list[str]:
    """Lines for people. Raises what makes a night impossible: wrong credentials, an unreachable host, no leads."""
    version, door = api.doorway.version(), api.doorway.door()
    lines = [f"server: Odoo {version.text}, asked by {door.name}", _who(api, models["users"])]
    leads = models[LEADS]
    lines.append(f"{LEADS}: {api.count(leads, leads.domain):,} opportunities, lost and archived ones included")
    for stream, model in models.items():
        if stream not in (LEADS, TRACKING):
            lines.append(_right(stream, partial(api.count, model, model.domain), api.account))
        _look_at_fields(api, model)
        lines += [f"{stream}: {note}" for note in api.notes.of(stream)]
    lines.append(_history(tracking, api.account))
    return lines


def _look_at_fields(api: OdooApi, model: Model) -> None:
    """Have the absent fields of a model remarked; a model that may not be read has a line of its own."""
    try:
        api.readable(model)
    except MissingScopeError:
        return


def _who(api: OdooApi, users: Model) -> str:
    try:
        uid = api.doorway.door().user_id()
        rows = api.rows(users, among([uid])) if uid is not None else []
    except ConnectorError as error:
        if error.retryable or not isinstance(error, MissingScopeError):
            raise
        rows = []
    return f"user: {rows[0].get('name')} ({rows[0].get('login')})" if rows else "user: not told by this Odoo"


def _right(stream: str, ask: Callable[[], int], account: str) -> str:
    try:
        found = ask()
    except UnknownModel:
        return f"{stream}: NOT there; {_MEND.get(stream, 'the app that brings them is not installed')}"
    except MissingScopeError as error:
        mend = _MEND.get(stream, "give the user the right Sales: All Documents")
        return f"{stream}: NOT readable; {mend} ({str(error).removeprefix(account + ': ')})"
    return f"{stream}: readable ({found:,})"


def _history(tracking: TrackingReader, account: str) -> str:
    try:
        found = tracking.count()
        names = set(tracking.fields.names().values())
    except MissingScopeError as error:
        return f"{TRACKING}: NOT readable; {str(error).removeprefix(account + ': ')}"
    known = ", ".join(name for name in TRACKED_FIELDS if name in names)
    return f"{TRACKING}: readable ({found:,} changes of {known}); the user is an administrator"
