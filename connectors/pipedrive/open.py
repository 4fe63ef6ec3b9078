"""Putting a Pipedrive connector together from an entry of connections.yml and the environment.

Here belong the defaults of address and limits. What the options may be is options.py's.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from requests.adapters import BaseAdapter

from connectors.contract import Clock
from connectors.entries import Entry, checked_address, evidence_fields, variables
from connectors.http.auth import TokenEndpoint
from connectors.http.bucket import TokenBucket
from connectors.http.redact import Redactor
from connectors.http.retry import Retries, Timing
from connectors.http.session import MAIN, HttpSession
from connectors.http.token_file import TokenFile
from connectors.http.transport import TimeLimits, Transport
from connectors.pipedrive.api import PipedriveApi
from connectors.pipedrive.auth import TOKEN_ADDRESS, TOKEN_HEADER, PipedriveOAuth, find_auth
from connectors.pipedrive.budget import TokenBudget
from connectors.pipedrive.connector import PipedriveConnector
from connectors.pipedrive.dialect import WINDOW_SECONDS, PipedriveDialect
from connectors.pipedrive.options import read_options

PUBLIC_ADDRESS = "https://api.pipedrive.com"
_FIELD_KEY = re.compile(r"[a-z0-9_]+(\.[a-z0-9_]+)*")
_WHAT_A_NAME_IS = (
    "the key of a Pipedrive deal field (small letters, digits and _; 40 hex digits for a custom one; a dot leads into "
    "its value, like .currency). Pipedrive shows it in Settings, Data fields, Deal, behind the three dots: Copy API "
    "key."
)


def open_connector(
    settings: Entry,
    env: Mapping[str, str],
    clock: Clock,
    *,
    workspace: Path | None = None,
    adapter: BaseAdapter | None = None,
    timing: Timing | None = None,
) -> PipedriveConnector:
    """A connector for the entry. Raises BadInput for wrong settings, CredentialsError for absent variables."""
    timing = timing or Timing()
    base_url = checked_address(settings.name, settings.base_url or PUBLIC_ADDRESS, example=PUBLIC_ADDRESS)
    reading, limits = read_options(
        settings.name, settings.options, fields=evidence_fields(settings, _FIELD_KEY, _WHAT_A_NAME_IS)
    )
    token_url = limits.token_url or TOKEN_ADDRESS
    checked_address(settings.name, token_url, example=TOKEN_ADDRESS, what="options, token_url")
    redactor = Redactor()
    header = TOKEN_HEADER if "token" in settings.credentials else "Authorization"
    times = TimeLimits.around(limits.timeout_seconds)
    transport = Transport(timing, limits=times, adapter=adapter, credential_header=header)
    endpoint = TokenEndpoint(settings.name, token_url, transport, redactor, timing)
    store = TokenFile.within(workspace, limits.refresh_token_file)
    auth = find_auth(endpoint, settings.credentials, env, store=store)
    budget = TokenBudget(settings.name, limits.daily_reserve_share, limits.daily_tokens)
    session = HttpSession(
        settings.name,
        base_url,
        auth=auth,
        dialect=PipedriveDialect(variables(settings.credentials)),
        transport=transport,
        lanes={MAIN: TokenBucket(limits.requests_per_2_seconds, WINDOW_SECONDS, timing.monotonic)},
        redactor=redactor,
        quota=budget,
        retries=Retries(total_seconds=limits.retry_seconds),
        timing=timing,
        # An app learns the company's own address with its first token, unless somebody wrote one down.
        address=auth.address if isinstance(auth, PipedriveOAuth) and not settings.base_url else None,
    )
    return PipedriveConnector(settings.name, api=PipedriveApi(session, budget), clock=clock, options=reading)
