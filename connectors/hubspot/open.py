"""Putting a HubSpot connector together from an entry of connections.yml and the environment.

Here belong the defaults of address and limits. What the options may be is options.py's.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from requests.adapters import BaseAdapter

from connectors.contract import BadInput, Clock
from connectors.entries import Entry, checked_address, evidence_fields, variables
from connectors.http.auth import TokenEndpoint
from connectors.http.bucket import TokenBucket
from connectors.http.quota import DailyQuota
from connectors.http.redact import Redactor
from connectors.http.retry import Retries, Timing
from connectors.http.session import MAIN, HttpSession
from connectors.http.token_file import TokenFile
from connectors.http.transport import TimeLimits, Transport
from connectors.hubspot.api import SEARCH
from connectors.hubspot.auth import TOKEN_PATH, find_auth
from connectors.hubspot.connector import HubSpotConnector
from connectors.hubspot.dialect import HubSpotDialect
from connectors.hubspot.options import read_options

PUBLIC_ADDRESS = "https://api.hubapi.com"
LONGEST_NAMES = 3000
"""Characters of further property names; each is sent twice (value and history) in one address of at most 8,000."""
_PROPERTY_NAME = re.compile(r"[a-z0-9_-]+")
_WHAT_A_NAME_IS = (
    "the internal name of a HubSpot property (small letters, digits and _). HubSpot shows it in Settings, "
    "Properties, beside the label."
)


def open_connector(
    settings: Entry,
    env: Mapping[str, str],
    clock: Clock,  # noqa: ARG001 - every opener is given it; HubSpot's own dates suffice here
    *,
    workspace: Path | None = None,
    adapter: BaseAdapter | None = None,
    timing: Timing | None = None,
) -> HubSpotConnector:
    """A connector for the entry. Raises BadInput for wrong settings, CredentialsError for absent variables."""
    timing = timing or Timing()
    base_url = checked_address(settings.name, settings.base_url or PUBLIC_ADDRESS, example=PUBLIC_ADDRESS)
    reading, limits = read_options(settings.name, settings.options, properties=_evidence(settings))
    token_url = limits.token_url or base_url + TOKEN_PATH
    checked_address(settings.name, token_url, example=PUBLIC_ADDRESS + TOKEN_PATH, what="options, token_url")
    redactor = Redactor()
    transport = Transport(timing, limits=TimeLimits.around(limits.timeout_seconds), adapter=adapter)
    endpoint = TokenEndpoint(settings.name, token_url, transport, redactor, timing)
    store = TokenFile.within(workspace, limits.refresh_token_file)
    auth = find_auth(endpoint, settings.credentials, env, store=store)
    session = HttpSession(
        settings.name,
        base_url,
        auth=auth,
        dialect=HubSpotDialect(variables(settings.credentials)),
        transport=transport,
        lanes={
            MAIN: TokenBucket(limits.requests_per_10_seconds, 10, timing.monotonic),
            SEARCH: TokenBucket(limits.searches_per_second, 1, timing.monotonic),
        },
        redactor=redactor,
        quota=DailyQuota(limits.daily_reserve_share),
        retries=Retries(total_seconds=limits.retry_seconds),
        timing=timing,
    )
    return HubSpotConnector(settings.name, session=session, options=reading)


def _evidence(settings: Entry) -> tuple[str, ...]:
    """The properties beyond the standard ones. Raises BadInput."""
    names = evidence_fields(settings, _PROPERTY_NAME, _WHAT_A_NAME_IS)
    if sum(len(name) + 1 for name in names) > LONGEST_NAMES:
        raise BadInput(
            f"connections.yml, {settings.name}, fields and read_fields: the names of {len(names)} properties make a "
            f"longer address than HubSpot takes ({LONGEST_NAMES} characters); leave out of read_fields what the "
            "process doesn't need"
        )
    return names
