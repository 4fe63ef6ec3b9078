"""Putting an Odoo connector together from an entry of connections.yml and the environment.

Here belong address, credentials and sessions. What the options may be is options.py's.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

from requests.adapters import BaseAdapter

from connectors.contract import BadInput, Clock
from connectors.entries import Entry, checked_address, credential, evidence_fields, variables
from connectors.http.auth import Auth, BearerToken, NoHeader
from connectors.http.bucket import TokenBucket
from connectors.http.redact import Redactor, Secret
from connectors.http.retry import Retries, Timing
from connectors.http.session import MAIN, HttpSession
from connectors.http.transport import TimeLimits, Transport
from connectors.odoo.connector import OdooConnector
from connectors.odoo.dialect import OdooDialect
from connectors.odoo.door import Doorway, Who
from connectors.odoo.options import OdooOptions, read_options

EXAMPLE_ADDRESS = "https://yourcompany.odoo.com"
_ONLINE = ".odoo.com"
_FIELD_NAME = re.compile(r"[a-z_][a-z0-9_]*")
_WHAT_A_NAME_IS = (
    "the technical name of an Odoo field (small letters, digits and _). Odoo shows it in developer mode, when the "
    "mouse rests on the field's label."
)


def open_connector(
    settings: Entry,
    env: Mapping[str, str],
    clock: Clock,  # noqa: ARG001 - every opener is given it; Odoo's own dates suffice here
    *,
    workspace: Path | None = None,  # noqa: ARG001 - nothing of Odoo is kept between nights
    adapter: BaseAdapter | None = None,
    timing: Timing | None = None,
) -> OdooConnector:
    """A connector for the entry. Raises BadInput for wrong settings, CredentialsError for absent variables."""
    timing = timing or Timing()
    if not settings.base_url:
        raise BadInput(
            f"connections.yml, {settings.name}, base_url: missing; every company has its own Odoo. Write it like "
            f"{EXAMPLE_ADDRESS}"
        )
    address = checked_address(settings.name, settings.base_url, example=EXAMPLE_ADDRESS)
    options = read_options(
        settings.name, settings.options, fields=evidence_fields(settings, _FIELD_NAME, _WHAT_A_NAME_IS)
    )
    who = _who(settings, env, options.database or _online_database(address))
    redactor = Redactor()
    redactor.learn(who.secret.reveal())
    transport = _transport(options, timing, adapter)
    bucket = TokenBucket(options.requests_per_10_seconds, 10, timing.monotonic)

    def session(auth: Auth) -> HttpSession:
        return HttpSession(
            settings.name,
            address,
            auth=auth,
            dialect=OdooDialect(who.secret_place),
            transport=transport,
            lanes={MAIN: bucket},
            redactor=redactor,
            retries=Retries(total_seconds=options.retry_seconds),
            timing=timing,
        )

    doorway = Doorway(session(NoHeader()), session(BearerToken(who.secret, redactor)), who, options.protocol)
    return OdooConnector(settings.name, doorway=doorway, options=options)


def _transport(options: OdooOptions, timing: Timing, adapter: BaseAdapter | None) -> Transport:
    headers = {"X-Odoo-Database": options.database} if options.database else None
    limits = TimeLimits.around(options.timeout_seconds)
    return Transport(timing, limits=limits, adapter=adapter, headers=headers)


def _who(settings: Entry, env: Mapping[str, str], database: str | None) -> Who:
    given = settings.credentials
    kind = "api_key" if "api_key" in given else "password"
    if kind not in given:
        raise BadInput(
            f"connections.yml, {settings.name}, credentials: Odoo needs `login: NAME_OF_A_VARIABLE` and `api_key: "
            "NAME_OF_A_VARIABLE` (up to Odoo 18 `password` will do instead of the key; from 19 on the key alone)"
        )
    login = credential(settings.name, given["login"], env, is_token=False) if "login" in given else None
    return Who(
        secret=Secret(credential(settings.name, given[kind], env, is_token=False)),
        is_api_key=kind == "api_key",
        secret_place=variables(given),
        login=login,
        database=database,
    )


def _online_database(address: str) -> str | None:
    """Odoo Online serves each database under its own name."""
    host = urlsplit(address).hostname or ""
    return host.removesuffix(_ONLINE) if host.endswith(_ONLINE) and host.count(".") == _ONLINE.count(".") else None
