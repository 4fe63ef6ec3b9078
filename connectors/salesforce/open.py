"""Putting a Salesforce connector together from an entry of connections.yml and the environment.

Here belong addresses and the names of fields. What the options may be is options.py's.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from requests.adapters import BaseAdapter

from connectors.contract import Clock
from connectors.entries import Entry, checked_address, evidence_fields
from connectors.http.auth import TokenEndpoint
from connectors.http.bucket import TokenBucket
from connectors.http.quota import DailyQuota
from connectors.http.redact import Redactor
from connectors.http.retry import Retries, Timing
from connectors.http.session import MAIN, HttpSession
from connectors.http.token_file import TokenFile
from connectors.http.transport import TimeLimits, Transport
from connectors.salesforce.api import SalesforceApi
from connectors.salesforce.auth import LOGIN, TEST_LOGIN, TOKEN_PATH, Instance, find_auth
from connectors.salesforce.connector import SalesforceConnector
from connectors.salesforce.dialect import SalesforceDialect
from connectors.salesforce.options import read_options

EXAMPLE_ADDRESS = "https://yourcompany.my.salesforce.com"
_FIELD_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*(\.[A-Za-z][A-Za-z0-9_]*){0,5}")
_WHAT_A_NAME_IS = (
    "the API name of a field of Opportunity (letters, digits and _, like Loss_Reason__c), or a field of a record that "
    "it looks up (like Account.Industry, at most five dots). Salesforce shows it in Setup, Object Manager, "
    "Opportunity, Fields & Relationships."
)


def open_connector(
    settings: Entry,
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
    base_url = checked_address(name, settings.base_url or "", example=EXAMPLE_ADDRESS)
    reading, limits = read_options(
        name, settings.options, fields=evidence_fields(settings, _FIELD_NAME, _WHAT_A_NAME_IS)
    )
    login_url = limits.login_url
    if login_url:
        login_url = checked_address(name, login_url, example=EXAMPLE_ADDRESS, what="options, login_url")
    redactor, instance = Redactor(), Instance(name)
    transport = Transport(timing, limits=TimeLimits.around(limits.timeout_seconds), adapter=adapter)
    endpoint = TokenEndpoint(name, (login_url or base_url) + TOKEN_PATH, transport, redactor, timing)
    auth = find_auth(
        endpoint,
        settings.credentials,
        env,
        audience=login_url or (TEST_LOGIN if ".sandbox." in base_url else LOGIN),
        instance=instance,
        now=lambda: clock().timestamp(),
        store=TokenFile.within(workspace, limits.refresh_token_file),
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
