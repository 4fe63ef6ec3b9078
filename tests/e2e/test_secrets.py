"""A canary in place of every credential of every CRM: it flies out nowhere, whether the CRM lets us in or refuses.

Each way to log in has its own connection. Everything that a night, syncs that fail, checks and proposals wrote, logged
or printed is searched, and every address that the simulated servers were asked. Parquet and DuckDB files are read,
since they compress their texts. A whole bad night, with its words, is in test_bad_input.py.
"""

from __future__ import annotations

import base64
import logging
import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from importlib import import_module
from pathlib import Path
from typing import Any
from urllib.parse import quote, quote_plus

import duckdb
import pytest
import yaml
from click.testing import CliRunner
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from connectors.contract import SyncOutcome
from connectors.lake import Lake
from connectors.registry import open_connector
from connectors.sandbox import DEFAULT_NOW, Organisation
from connectors.sandbox.pipedrive.accounts import CLIENT_ID, CLIENT_SECRET
from connectors.sandbox.salesforce.words import client_id
from connectors.settings import load_connections
from connectors.sync import sync_connection
from expectations.process import load_process
from orchestration.cli import main
from tests.e2e.accounts import CRMS, start
from tests.e2e.company import make_workspace
from tests.e2e.shell import plumbline

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]

KEY = generate_private_key(public_exponent=65537, key_size=2048)
PEM = KEY.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
KEPT = "tokens"
"""The folder of the newest refresh tokens, which is their place."""
APP = {"client_id": "an-app", "client_secret": "canary-secret-of-the-app"}

WAYS: dict[str, tuple[str, dict[str, str]]] = {
    "hs_token": ("hubspot", {"token": "canary-hs-token"}),
    "hs_app": ("hubspot", {**APP, "refresh_token": "canary-hs-refresh"}),
    "sf_app": (
        "salesforce",
        {"client_id": client_id("canary-sf-secret-0001"), "client_secret": "canary-sf-secret-0001"},
    ),
    "sf_key": (
        "salesforce",
        {"client_id": client_id("canary-sf-key-00000002"), "username": "reader", "private_key": PEM},
    ),
    "sf_refresh": (
        "salesforce",
        {"client_id": client_id("canary-sf-refresh-0003"), "refresh_token": "canary-sf-refresh-0003"},
    ),
    "pd_token": ("pipedrive", {"token": "canary-pd-token"}),
    "pd_app": (
        "pipedrive",
        {"client_id": CLIENT_ID, "client_secret": CLIENT_SECRET, "refresh_token": "canary-pd-refresh"},
    ),
    "od_key": ("odoo", {"login": "admin", "api_key": "canary-od-key"}),
    "od_password": ("odoo", {"login": "admin", "password": "canary-od-password"}),
}
"""Each way to log in: its CRM, and what it shows at the door."""
DOOR = {"sf_key": "canary-sf-key-00000002"}
"""The account's token where it is none of the credentials."""
HARM: dict[str, dict[str, Any]] = {
    "hs_token": {"unauthorized": True},
    "hs_app": {"truncate_every": 1},
    "sf_app": {"server_error_every": 1},
    "sf_key": {"unauthorized": True},
    "sf_refresh": {"missing_objects": ("Opportunity",)},
    "pd_token": {"blocked": True},
    "pd_app": {"too_many_every": 1},
    "od_key": {"unauthorized": True},
    "od_password": {"html_every": 1},
}
PUBLIC = {"client_id", "username", "login"}


def token_of(name: str) -> str:
    given = WAYS[name][1]
    return DOOR.get(name) or next(
        given[way] for way in ("refresh_token", "token", "api_key", "password", "client_secret") if way in given
    )


def forbidden() -> set[str]:
    """Every secret as it is, as addresses write it, and as a header of basic authentication hides it."""
    plain = {value for _, given in WAYS.values() for name, value in given.items() if name not in PUBLIC}
    lines = {line for line in PEM.splitlines() if "KEY" not in line and len(line) > 20}
    pairs = {
        base64.b64encode(f"{given['client_id']}:{given['client_secret']}".encode()).decode()
        for _, given in WAYS.values()
        if "client_secret" in given
    }
    whole = (plain - {PEM}) | lines | pairs
    return whole | {quote(text, safe="") for text in whole} | {quote_plus(text) for text in whole}


@dataclass
class Nights:
    home: Path
    outcomes: dict[str, SyncOutcome] = field(default_factory=dict)
    told: list[str] = field(default_factory=list)
    addresses: list[str] = field(default_factory=list)

    def night(self) -> None:
        done = plumbline("sync", "--as-of", DEFAULT_NOW.isoformat(), home=self.home)
        assert done.returncode == 0, done.stdout + done.stderr
        self.told.append(done.stdout + done.stderr)

    def sync(self, name: str) -> None:
        """One connection, in this process."""
        settings = load_connections(self.home / "connections.yml", set(load_process().stage_keys()))[name]
        now = DEFAULT_NOW + timedelta(days=1)
        connector = open_connector(settings, env=environment(), clock=lambda: now, workspace=self.home)
        try:
            outcome = sync_connection(connector, Lake(self.home / "data" / "lake"), clock=lambda: now)
        finally:
            connector.close()
        self.outcomes[name] = outcome
        self.told += [repr(outcome), repr(connector.__dict__)]

    def ask(self, *words: str) -> None:
        """In this process: the command line's own words and, of a defect, the error."""
        done = CliRunner(env={"PLUMBLINE_HOME": str(self.home)}).invoke(main, list(words))
        self.told.append(f"{done.output} {done.exception!r}")


def environment() -> dict[str, str]:
    return {f"{name}_{way}".upper(): value for name, (_, given) in WAYS.items() for way, value in given.items()}


@contextmanager
def listening(told: list[str]) -> Iterator[None]:
    """Every line that anybody logs in this process."""
    handler = logging.Handler(logging.DEBUG)
    handler.emit = lambda record: told.append(record.getMessage())  # type: ignore[method-assign]
    root, before = logging.getLogger(), logging.getLogger().level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    try:
        yield
    finally:
        root.removeHandler(handler)
        root.setLevel(before)


def watch(sandbox: Any, addresses: list[str]) -> None:
    plain = sandbox.app.enter

    def enter(request: Any) -> Any:
        addresses.append(f"{request.path}?{request.query_text}")
        return plain(request)

    sandbox.app.enter = enter


def write_workspace(home: Path, urls: dict[str, str]) -> None:
    make_workspace(home)
    entries = {}
    for name, (crm, given) in WAYS.items():
        entry, _ = import_module(f"connectors.sandbox.{crm}.entry").connection_entry(urls[crm], token_of(name), "X")
        entry["credentials"] = {way: f"{name}_{way}".upper() for way in given}
        entry["options"] = {**entry.get("options", {}), "retry_seconds": 0}
        if "refresh_token" in given:
            entry["options"]["refresh_token_file"] = f"{KEPT}/{name}"
        if name in ("hs_app", "pd_app"):
            entry["options"]["token_url"] = urls[crm] + ("/oauth/v1/token" if crm == "hubspot" else "/oauth/token")
        entries[name] = entry
    (home / "connections.yml").write_text(yaml.safe_dump({"connections": entries}))
    values = {name: value.replace("\n", "\\n") for name, value in environment().items()}
    (home / ".env").write_text("".join(f"{name}={value}\n" for name, value in values.items()))


@pytest.fixture(scope="module")
def nights(tmp_path_factory: pytest.TempPathFactory) -> Nights:
    home = tmp_path_factory.mktemp("canaries") / "home"
    found = Nights(home)
    with ExitStack() as stack:
        servers = {}
        for crm in CRMS:
            mine = [name for name, (kind, _) in WAYS.items() if kind == crm]
            accounts = {token_of(name): Organisation(seed=60 + i, deals=6) for i, name in enumerate(mine)}
            servers[crm] = stack.enter_context(start(crm, accounts))
            watch(servers[crm], found.addresses)
        servers["salesforce"].turn(token_of("sf_refresh"), rotate_refresh_tokens=True)
        write_workspace(home, {crm: server.url for crm, server in servers.items()})
        stack.enter_context(listening(found.told))
        found.night()
        found.ask("check", "--json")
        for name in WAYS:
            found.ask("stages", name, "--json")
        for name, harm in HARM.items():
            servers[WAYS[name][0]].turn(token_of(name), **harm)
        for name in WAYS:
            found.sync(name)
            found.ask("stages", name, "--json")
        for word in ("check", "status"):
            found.ask(word, "--json")
    return found


def texts(path: Path) -> Iterator[str]:
    """All that a file says, unpacked where it is packed."""
    yield path.read_bytes().decode("utf-8", "replace")
    if path.suffix == ".parquet":
        with duckdb.connect() as db:
            yield from map(str, db.execute(f"select * from read_parquet('{path}')").fetchall())
    if path.suffix == ".duckdb":
        with duckdb.connect(str(path), read_only=True) as db:
            tables = db.execute("select table_schema, table_name from information_schema.tables").fetchall()
            for schema, name in tables:
                yield from map(str, db.execute(f'from "{schema}"."{name}"').fetchall())
    if path.suffix == ".db" or path.suffix == ".sqlite":
        with closing(sqlite3.connect(path)) as db:
            yield from db.iterdump()


def test_what_was_open_is_shut_with_an_error_that_names_the_account(nights: Nights) -> None:
    assert {name: outcome.state for name, outcome in nights.outcomes.items()} == dict.fromkeys(WAYS, "stale")
    assert [name for name, outcome in nights.outcomes.items() if not str(outcome.error).startswith(name)] == []


def test_no_file_tells_a_secret(nights: Nights) -> None:
    secrets = forbidden()
    files = [
        path
        for path in nights.home.rglob("*")
        if path.is_file() and path.name != ".env" and path.parent != nights.home / KEPT
    ]
    assert {path.suffix for path in files} >= {".parquet", ".duckdb", ".db", ".json"}
    found = {(str(path), secret) for path in files for text in texts(path) for secret in secrets if secret in text}
    assert found == set()


def test_no_output_and_no_error_tells_a_secret(nights: Nights) -> None:
    assert {secret for text in nights.told for secret in forbidden() if secret in text} == set()
    assert all("Traceback" not in text for text in nights.told)


def test_no_address_tells_a_secret(nights: Nights) -> None:
    assert len(nights.addresses) > 100
    assert {(address, s) for address in nights.addresses for s in forbidden() if s in address} == set()


def test_tokens_that_were_renewed_lie_in_their_file_alone(nights: Nights) -> None:
    kept = {path.read_text().strip() for path in (nights.home / KEPT).iterdir()}
    assert kept
    others = [p for p in nights.home.rglob("*") if p.is_file() and p.parent != nights.home / KEPT and p.name != ".env"]
    assert [secret for secret in kept for text in nights.told if secret in text] == []
    assert [str(path) for path in others for text in texts(path) for secret in kept if secret in text] == []
