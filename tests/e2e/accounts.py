"""Simulated accounts of any CRM, opened as a night would open them, and their lakes built into canonical tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from typing import Any

import duckdb

from connectors.contract import Clock, Connector, SyncOutcome
from connectors.lake import Lake
from connectors.registry import open_connector
from connectors.sandbox import Organisation, Sandbox
from connectors.sandbox.workdays import from_ms
from connectors.sandbox.world import World
from connectors.settings import ConnectionSettings
from connectors.sync import sync_connection
from expectations.company import Company
from expectations.compile import reference_tables
from expectations.process import load_process
from orchestration.build import BuildFiles, write_inputs
from orchestration.transform import project_folder
from tests.dbt import compiled
from tests.dbt.harness import compiled_models

CRMS = ("hubspot", "salesforce", "pipedrive", "odoo")
COMPANY = Company(
    workspace_format=1,
    time_zone="Europe/Berlin",
    home_currency="EUR",
    rates={"USD": {"2020-01-01": "0.92"}, "GBP": {"2020-01-01": "1.17"}},
)


def start(crm: str, accounts: Mapping[str, Organisation], **more: Any) -> Sandbox[World]:
    """The simulated CRM of this kind."""
    sandbox: Sandbox[World] = import_module(f"connectors.sandbox.{crm}.server").start_sandbox(accounts, **more)
    return sandbox


@dataclass
class Account:
    """One simulated account with the connection that reads it, at the moment `now` of its own world."""

    crm: str
    sandbox: Sandbox[World]
    token: str
    folder: Path
    name: str = "acme"
    options: Mapping[str, Any] | None = None

    def __post_init__(self) -> None:
        entry, self.env = import_module(f"connectors.sandbox.{self.crm}.entry").connection_entry(
            self.sandbox.url, self.token, "ACME"
        )
        entry["options"] = {**entry.get("options", {}), **(self.options or {})}
        self.settings = ConnectionSettings(name=self.name, **entry)
        self.lake = Lake(self.folder / "lake")
        self.outcomes: list[SyncOutcome] = []

    @property
    def world(self) -> World:
        return self.sandbox.portal(self.token)

    def now(self) -> datetime:
        """A moment after the last edit."""
        return from_ms(self.world.last_edit + 500)

    def open(self, clock: Clock | None = None) -> Connector:
        return open_connector(self.settings, env=self.env, clock=clock or self.now, workspace=self.folder)

    def sync(self, clock: Clock | None = None, **more: Any) -> SyncOutcome:
        connector = self.open(clock)
        try:
            outcome = sync_connection(connector, self.lake, clock=clock or self.now, **more)
        finally:
            connector.close()
        self.outcomes.append(outcome)
        return outcome

    def good_sync(self, clock: Clock | None = None, **more: Any) -> SyncOutcome:
        outcome = self.sync(clock, **more)
        assert outcome.state == "good", outcome.error
        return outcome


@dataclass(frozen=True)
class Built:
    """The canonical tables of some accounts."""

    folder: Path

    def query(self, sql: str) -> list[tuple[Any, ...]]:
        with duckdb.connect(str(self.folder / "build.duckdb"), read_only=True) as db:
            if (marts := self.folder / "warehouse.duckdb").exists():
                db.execute(f"attach '{marts}' as warehouse (read_only)")
                sql = sql.replace(" marts.", " warehouse.marts.")
            return db.execute(sql).fetchall()


def build(folder: Path, accounts: Sequence[Account], as_of: datetime, select: str) -> Built:
    """What a night would build of these accounts' lakes, as far as `select` (tests/dbt/compiled.py: `selected`)."""
    files = BuildFiles(folder)
    files.begin()
    live: dict[str, dict[str, Sequence[str]]] = {}
    for account in accounts:
        for table, by_connection in account.lake.live_files().items():
            live.setdefault(table, {}).update(by_connection)
    outcomes = [outcome for account in accounts for outcome in account.outcomes]
    frames = reference_tables(
        load_process(), COMPANY, {a.name: a.settings for a in accounts}, outcomes, as_of.astimezone(UTC), "night-1"
    )
    marks = {account.name: account.outcomes[-1].watermark for account in accounts}
    write_inputs(files, project_folder(), frames, live, marks)
    nodes = compiled_models()
    compiled.build(nodes, compiled.selected(nodes, select), files.build, files.marts)
    return Built(folder)
