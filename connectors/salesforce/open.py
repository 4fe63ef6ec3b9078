"""Putting a Salesforce connector together from an entry of connections.yml and the environment.

Here belong addresses and the names of fields. What the options may be is options.py's.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urlsplit

from requests.adapters import BaseAdapter

from connectors.contract import BadInput, Clock
from connectors.http.bucket import TokenBucket
from connectors.http.quota import DailyQuota
from connectors.http.redact import Redactor
from connectors.http.retry import Retries, Timing
from connectors.http.session import MAIN, HttpSession
from connectors.http.transport import TimeLimits, Transport
from connectors.salesforce.api import SalesforceApi
from connectors.salesforce.auth import LOOPBACK, Instance, find_auth
from connectors.salesforce.connector import SalesforceConnector
from connectors.salesforce.dialect import SalesforceDialect
from connectors.salesforce.options import read_options

EXAMPLE_ADDRESS = "https://yourcompany.my.salesforce.com"
_FIELD_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*")


class SalesforceSettings(Protocol):
    """What is asked of an entry of connections.yml (connectors.settings.ConnectionSettings has it)."""

    name: str
    base_url: str | None
    credentials: dict[str, str]
    fields: dict[str, str]
    read_fields: list[str]
    options: dict[str, Any]


def open_connector(
    settings: SalesforceSettings,
    env: Mapping[str, str],
    clock: Clock,
    *,
    workspace: Path | None = None,
    adapter: BaseAdapter | None = None,
    timing: Timing | None = None,
) -> SalesforceConnector:
    """A connector for the entry. Raises BadInput for wrong settings, CredentialsError for absent variables."""
    timing = timing or Timing()
    name = settings.name
    base_url = _checked_address(name, "base_url", settings.base_url or "")
    reading, limits = read_options(name, settings.options, fields=_evidence(settings))
    login_url = _checked_address(name, "options, login_url", limits.login_url) if limits.login_url else None
    redactor, instance = Redactor(), Instance(name)
    read = limits.timeout_seconds
    transport = Transport(timing, limits=TimeLimits(min(10.0, read), read, 3 * read), adapter=adapter)
    auth = find_auth(
        name,
        settings.credentials,
        env,
        base_url=base_url,
        login_url=login_url,
        transport=transport,
        redactor=redactor,
        timing=timing,
        instance=instance,
        now=lambda: clock().timestamp(),
        token_file=(workspace or Path()) / limits.refresh_token_file if limits.refresh_token_file else None,
    )
    session = HttpSession(
        name,
        base_url,
        auth=auth,
        dialect=SalesforceDialect(),
        transport=transport,
        lanes={MAIN: TokenBucket(limits.requests_per_10_seconds, 10, timing.monotonic)},
        redactor=redactor,
        quota=DailyQuota(limits.daily_reserve_share),
        retries=Retries(total_seconds=limits.retry_seconds),
        timing=timing,
        address=instance.address,
    )
    api = SalesforceApi(session, limits.api_version)
    return SalesforceConnector(name, api=api, options=reading, timing=timing, clock=clock, instance=instance)


def _evidence(settings: SalesforceSettings) -> tuple[str, ...]:
    """The fields that the process or the user needs beyond the standard ones, each once. Raises BadInput."""
    more: Sequence[str | None] = (
        *settings.fields.values(),
        *settings.read_fields,
        getattr(settings, "deal_type_field", None),
    )
    names = tuple(dict.fromkeys(name for name in more if name))
    wrong = [name for name in names if not _FIELD_NAME.fullmatch(name)]
    if wrong:
        raise BadInput(
            f"connections.yml, {settings.name}, fields and read_fields: {', '.join(map(repr, wrong))} can't be the API "
            "name of a field of Opportunity (letters, digits and _, like Loss_Reason__c). Salesforce shows it in "
            "Setup, Object Manager, Opportunity, Fields & Relationships."
        )
    return names


def _checked_address(connection: str, what: str, address: str) -> str:
    parts = urlsplit(address)
    where = f"connections.yml, {connection}, {what}"
    if parts.username or parts.password:
        raise BadInput(f"{where}: take the credentials out of the address; they belong into environment variables")
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise BadInput(f"{where}: {address!r} is not a web address; write it like {EXAMPLE_ADDRESS}")
    if parts.scheme == "http" and parts.hostname not in LOOPBACK:
        raise BadInput(f"{where}: {address!r} would send the token unencrypted; write https://")
    return address.rstrip("/")
