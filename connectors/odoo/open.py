"""Putting an Odoo connector together from an entry of connections.yml and the environment.

Here belong address, credentials and sessions. What the options may be is options.py's.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urlsplit

from requests.adapters import BaseAdapter

from connectors.contract import BadInput, Clock, CredentialsError
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
_HERE = ("localhost", "127.0.0.1", "::1")


class OdooSettings(Protocol):
    """What is asked of an entry of connections.yml (connectors.settings.ConnectionSettings has it)."""

    name: str
    base_url: str | None
    credentials: dict[str, str]
    fields: dict[str, str]
    read_fields: list[str]
    options: dict[str, Any]


def open_connector(
    settings: OdooSettings,
    env: Mapping[str, str],
    clock: Clock,  # noqa: ARG001 - every opener is given it; Odoo's own dates suffice here
    *,
    workspace: Path | None = None,  # noqa: ARG001 - nothing of Odoo is kept between nights
    adapter: BaseAdapter | None = None,
    timing: Timing | None = None,
) -> OdooConnector:
    """A connector for the entry. Raises BadInput for wrong settings, CredentialsError for absent variables."""
    timing = timing or Timing()
    address = _checked_address(settings.name, settings.base_url)
    options = read_options(settings.name, settings.options, fields=_evidence(settings))
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
    read = options.timeout_seconds
    headers = {"X-Odoo-Database": options.database} if options.database else None
    return Transport(timing, limits=TimeLimits(min(10.0, read), read, 3 * read), adapter=adapter, headers=headers)


def _who(settings: OdooSettings, env: Mapping[str, str], database: str | None) -> Who:
    given = settings.credentials
    kind = "api_key" if "api_key" in given else "password"
    if kind not in given:
        raise BadInput(
            f"connections.yml, {settings.name}, credentials: Odoo needs `login: NAME_OF_A_VARIABLE` and `api_key: "
            "NAME_OF_A_VARIABLE` (up to Odoo 18 `password` will do instead of the key; from 19 on the key alone)"
        )
    login = _value(settings.name, given["login"], env) if "login" in given else None
    return Who(
        secret=Secret(_value(settings.name, given[kind], env)),
        is_api_key=kind == "api_key",
        secret_place=f"the environment variable {' and '.join(given.values())}",
        login=login,
        database=database,
    )


def _value(connection: str, variable: str, env: Mapping[str, str]) -> str:
    value = env.get(variable, "").strip()
    if not value:
        raise CredentialsError(
            f"{connection}: the environment variable {variable} is not set; write it into the workspace's .env"
        )
    return value


def _evidence(settings: OdooSettings) -> tuple[str, ...]:
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
            f"connections.yml, {settings.name}, fields and read_fields: {', '.join(map(repr, wrong))} can't be the "
            "technical name of an Odoo field (small letters, digits and _). Odoo shows it in developer mode, when the "
            "mouse rests on the field's label."
        )
    return names


def _online_database(address: str) -> str | None:
    """Odoo Online serves each database under its own name."""
    host = urlsplit(address).hostname or ""
    return host.removesuffix(_ONLINE) if host.endswith(_ONLINE) and host.count(".") == _ONLINE.count(".") else None


def _checked_address(connection: str, address: str | None) -> str:
    where = f"connections.yml, {connection}, base_url"
    if not address:
        raise BadInput(f"{where}: missing; every company has its own Odoo. Write it like {EXAMPLE_ADDRESS}")
    parts = urlsplit(address)
    if parts.username or parts.password:
        raise BadInput(f"{where}: take the credentials out of the address; they belong into environment variables")
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise BadInput(f"{where}: {address!r} is not a web address; write it like {EXAMPLE_ADDRESS}")
    if parts.scheme == "http" and parts.hostname not in _HERE:
        raise BadInput(f"{where}: {address!r} would send the key unencrypted; write https://")
    return address.rstrip("/")
