"""The demo's company: simulated CRM accounts, the workspace that reads them, and whether the night told the truth.

Making the company and comparing verdicts with its stories belong here. What the demo says is in `cli/demo.py`.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import duckdb
import yaml

from connectors.contract import SyncOutcome
from connectors.lake import Lake
from connectors.registry import open_connector
from connectors.sandbox import DEFAULT_NOW, Organisation, Sandbox
from connectors.sandbox.model import DealTruth
from connectors.sandbox.world import World
from connectors.sync import sync_connection
from orchestration.scaffold import starting_files, write_workspace
from orchestration.settings import Workspace

ACCOUNTS: Mapping[str, str] = {
    "salesforce_emea": "salesforce",
    "hubspot": "hubspot",
    "pipedrive": "pipedrive",
    "odoo": "odoo",
    "salesforce_us": "salesforce",
}
"""The demo's accounts and their CRMs; a small company has the first few."""
DOWN = "salesforce_us"
"""The account that was read yesterday and can't be reached tonight, on purpose."""
YESTERDAY = DEFAULT_NOW - timedelta(days=1)
ACCUSATIONS = ("late", "missing")
MARK = "# Written by `plumbline demo`, which starts anew each time and overwrites this folder.\n"


class NotOurs(Exception):
    """The folder holds something else than a demo; the text says what to do."""


@dataclass(frozen=True, slots=True)
class Company:
    """The simulated accounts, by connection, and the moment at which their world stands still.

    `crms` names each account's CRM; one that it doesn't name is HubSpot's.
    """

    organisations: Mapping[str, Organisation]
    crms: Mapping[str, str] = field(default_factory=dict)

    @property
    def now(self) -> datetime:
        """The world's present."""
        return DEFAULT_NOW

    def crm(self, connection: str) -> str:
        """The CRM of an account."""
        return self.crms.get(connection, "hubspot")

    def token(self, connection: str) -> str:
        """What the connection shows at the door of the simulated CRM."""
        return f"pat-demo-{connection.replace('_', '-')}"

    def by_token(self, crm: str = "hubspot") -> dict[str, Organisation]:
        """One CRM's accounts, as its sandbox wants them."""
        return {
            self.token(name): organisation for name, organisation in self.organisations.items() if self.crm(name) == crm
        }


@dataclass(frozen=True, slots=True)
class Difference:
    """A verdict that isn't what the story says."""

    connection: str
    deal_id: str
    step_key: str
    told: str | None
    truth: str


def found(deals: int, seed: int) -> Company:
    """A company of so many deals, shared among its accounts (a small one has fewer)."""
    names = list(ACCOUNTS)[: max(1, min(len(ACCOUNTS), deals // 10))]
    share, rest = divmod(deals, len(names))
    return Company(
        {
            name: Organisation(
                seed=seed + place, deals=share + (place < rest), now=YESTERDAY if name == DOWN else DEFAULT_NOW
            )
            for place, name in enumerate(names)
        },
        {name: ACCOUNTS[name] for name in names},
    )


@contextmanager
def running(company: Company) -> Iterator[dict[str, Sandbox[World]]]:
    """The company's simulated CRMs, one server for each kind: connection -> the server that it talks to."""
    kinds = dict.fromkeys(company.crm(name) for name in company.organisations)
    with ExitStack() as stack:
        servers: dict[str, Sandbox[World]] = {
            crm: stack.enter_context(
                import_module(f"connectors.sandbox.{crm}.server").start_sandbox(company.by_token(crm))
            )
            for crm in kinds
        }
        yield {name: servers[company.crm(name)] for name in company.organisations}


def read_yesterday(workspace: Workspace, name: str) -> SyncOutcome:
    """What the night before did with this account: its lake holds one good sync."""
    connector = open_connector(
        workspace.to_be_read(workspace.connections[name]),
        env=workspace.environment(),
        clock=lambda: YESTERDAY,
        workspace=workspace.home,
    )
    try:
        return sync_connection(connector, Lake(workspace.lake), clock=lambda: YESTERDAY)
    finally:
        connector.close()


def write_demo_workspace(folder: Path, company: Company, urls: str | Mapping[str, str]) -> None:
    """The workspace of the company, whose accounts answer at `urls` (one for all, or one for each connection).

    Replaces an older demo and nothing else.
    """
    if folder.exists() and any(folder.iterdir()):
        settings = folder / "plumbline.yml"
        if not (settings.is_file() and settings.read_text(encoding="utf-8").startswith(MARK)):
            raise NotOurs(
                f"{folder} is not empty and not a demo; give another folder with --dir, or empty it yourself."
            )
        shutil.rmtree(folder)
    texts = starting_files(company.now.date())
    texts["plumbline.yml"] = MARK + _as_yaml(_settings())
    entries, secrets = {}, {}
    for name in company.organisations:
        url = urls if isinstance(urls, str) else urls[name]
        entries[name], its = _connection(company, name, url)
        secrets.update(its)
    texts["connections.yml"] = _as_yaml({"connections": entries})
    texts["targets.csv"] = _targets(company)
    texts[".env"] = "".join(f"{variable}={secret}\n" for variable, secret in secrets.items())
    write_workspace(folder, texts)


def _targets(company: Company) -> str:
    """A plan as plans are: about what such a company wins in a quarter, and a little more."""
    amount = 6_000 * sum(organisation.deals for organisation in company.organisations.values())
    lines = [f"company,,{company.now.year}-Q{quarter},{amount},new" for quarter in range(1, 5)]
    return "\n".join(["level,name,period,amount,deal_type", *lines, ""])


def _as_yaml(value: Any) -> str:
    return yaml.safe_dump(value, sort_keys=False, allow_unicode=True)


def _settings() -> dict[str, Any]:
    return {
        "workspace_format": 1,
        "name": "Demo",
        "time_zone": "Europe/Berlin",
        "home_currency": "EUR",
        "rates": {"USD": {"2020-01-01": 0.92}, "GBP": {"2020-01-01": 1.17}},
        "publishers": [{"kind": "duckdb"}, {"kind": "parquet"}],
    }


def _connection(company: Company, name: str, url: str) -> tuple[dict[str, Any], dict[str, str]]:
    crm = company.crm(name)
    entry, secrets = import_module(f"connectors.sandbox.{crm}.entry").connection_entry(
        url, company.token(name), f"DEMO_{name.upper()}"
    )
    entry = {**entry, "max_minutes": 10}
    if name == DOWN:
        entry["options"] = {**entry.get("options", {}), "retry_seconds": 1}  # nobody wants to watch it hope
    return entry, secrets


@dataclass(frozen=True, slots=True)
class Staged:
    """The truth about an account's deals, and the plots and steps of which its CRM can't show what was staged."""

    deals: Sequence[DealTruth]
    cannot_know: frozenset[str] = frozenset()

    def doubts(self, truth: DealTruth, step: str) -> bool:
        """Whether this CRM can't tell this verdict."""
        return not self.cannot_know.isdisjoint((truth.plot, step))


def staged_by(company: Company, crms: Mapping[str, Sandbox[World]]) -> dict[str, Staged]:
    """What was staged, by connection."""
    return {
        name: Staged(list(crms[name].portal(company.token(name)).truth()), cannot_know(company.crm(name)))
        for name in company.organisations
    }


def cannot_know(crm: str) -> frozenset[str]:
    """Plots and steps of which a CRM can't show what the story says; its simulated server says why."""
    where = f"connectors.sandbox.{crm}.plots"
    return frozenset(import_module(where).CANNOT_KNOW) if find_spec(where) else frozenset()


def differences(warehouse: Path, staged: Mapping[str, Staged]) -> tuple[int, list[Difference]]:
    """Every verdict of every deal and step compared with its story: how many were compared, and which differ.

    Of what a CRM can't know, only an accusation that the story doesn't make is a difference.
    """
    told: dict[tuple[str, str], dict[str, tuple[str, bool]]] = {}
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        rows = connection.execute("select connection, deal_id, step_key, state, is_due from marts.fct_step_results")
        for name, deal, step, state, is_due in rows.fetchall():
            told.setdefault((name, deal), {})[step] = (state, is_due)
    compared = 0
    wrong: list[Difference] = []
    for name, account in staged.items():
        for truth in account.deals:
            verdicts = told.pop((name, truth.deal_id), None)
            if truth.whereabouts != "live" and verdicts is None:
                continue  # gone before anybody read it
            if truth.whereabouts == "merged_away" or truth.steps is None:
                # Known to nobody but its survivor: it may be absent, and may not be judged.
                wrong += [
                    Difference(name, truth.deal_id, step, state, "not_applicable")
                    for step, (state, _) in (verdicts or {}).items()
                    if state != "not_applicable"
                ]
                continue
            for step, state in truth.steps.items():
                verdict, is_due = (verdicts or {}).get(step, (None, False))
                as_staged = verdict == state and is_due == (step in truth.due)
                if account.doubts(truth, step):
                    as_staged = as_staged or not (is_due and verdict in ACCUSATIONS)
                else:
                    compared += 1
                if not as_staged:
                    wrong.append(Difference(name, truth.deal_id, step, verdict, state))
    wrong += [Difference(name, deal, "*", "a deal", "no such deal") for name, deal in told]
    return compared, wrong
