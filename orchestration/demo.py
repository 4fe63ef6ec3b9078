"""The demo's company: simulated HubSpot portals, the workspace that reads them, and whether the night told the truth.

Making the company and comparing verdicts with its stories belong here. What the demo says is in `cli/demo.py`.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
import yaml

from connectors.sandbox import DEFAULT_NOW, Organisation
from connectors.sandbox.stock import DEAL_TYPE_MAP, PIPELINE_DEAL_TYPES, STAGE_MAP
from orchestration.scaffold import starting_files, write_workspace

PORTALS = ("hubspot_emea", "hubspot_us", "hubspot_apac")
MARK = "# Written by `plumbline demo`, which starts anew each time and overwrites this folder.\n"


class NotOurs(Exception):
    """The folder holds something else than a demo; the text says what to do."""


@dataclass(frozen=True, slots=True)
class Company:
    """The simulated accounts, by connection, and the moment at which their world stands still."""

    organisations: Mapping[str, Organisation]

    @property
    def now(self) -> datetime:
        """The world's present."""
        return DEFAULT_NOW

    def token(self, connection: str) -> str:
        """What the connection shows at the door of the simulated CRM."""
        return f"pat-demo-{connection.replace('_', '-')}"

    def by_token(self) -> dict[str, Organisation]:
        """As the sandbox wants it."""
        return {self.token(name): organisation for name, organisation in self.organisations.items()}


@dataclass(frozen=True, slots=True)
class Difference:
    """A verdict that isn't what the story says."""

    connection: str
    deal_id: str
    step_key: str
    told: str | None
    truth: str


def found(deals: int, seed: int) -> Company:
    """A company of so many deals, shared among its portals (a small one has fewer)."""
    names = PORTALS[: max(1, min(len(PORTALS), deals // 10))]
    share, rest = divmod(deals, len(names))
    return Company({
        name: Organisation(seed=seed + place, deals=share + (place < rest), now=DEFAULT_NOW)
        for place, name in enumerate(names)
    })  # fmt: skip


def write_demo_workspace(folder: Path, company: Company, url: str) -> None:
    """The workspace of the company, whose accounts answer at `url`. Replaces an older demo and nothing else."""
    if folder.exists() and any(folder.iterdir()):
        settings = folder / "plumbline.yml"
        if not (settings.is_file() and settings.read_text(encoding="utf-8").startswith(MARK)):
            raise NotOurs(
                f"{folder} is not empty and not a demo; give another folder with --dir, or empty it yourself."
            )
        shutil.rmtree(folder)
    texts = starting_files(company.now.date())
    texts["plumbline.yml"] = MARK + _as_yaml(_settings())
    texts["connections.yml"] = _as_yaml({"connections": {n: _connection(n, url) for n in company.organisations}})
    texts[".env"] = "".join(f"{_variable(name)}={company.token(name)}\n" for name in company.organisations)
    write_workspace(folder, texts)


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


def _variable(name: str) -> str:
    return f"DEMO_{name.upper()}_TOKEN"


def _connection(name: str, url: str) -> dict[str, Any]:
    return {
        "kind": "hubspot",
        "base_url": url,
        "credentials": {"token": _variable(name)},
        "default_currency": "EUR",
        "deal_type_field": "dealtype",
        "deal_types": dict(DEAL_TYPE_MAP),
        "pipelines": {
            pipeline: {"deal_type": PIPELINE_DEAL_TYPES[pipeline], "stages": dict(stages)}
            for pipeline, stages in STAGE_MAP.items()
        },
        "max_minutes": 10,
    }


def differences(warehouse: Path, company: Company) -> tuple[int, list[Difference]]:
    """Every verdict of every deal and step compared with its story: how many were compared, and which differ."""
    told: dict[tuple[str, str], dict[str, tuple[str, bool]]] = {}
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        rows = connection.execute("select connection, deal_id, step_key, state, is_due from marts.fct_step_results")
        for name, deal, step, state, is_due in rows.fetchall():
            told.setdefault((name, deal), {})[step] = (state, is_due)
    compared = 0
    wrong: list[Difference] = []
    for name, organisation in company.organisations.items():
        for truth in organisation.truth():
            verdicts = told.pop((name, truth.deal_id), {})
            if truth.whereabouts == "merged_away" or truth.steps is None:
                # Known to nobody but its survivor: it may be absent, and may not be judged.
                wrong += [
                    Difference(name, truth.deal_id, step, state, "not_applicable")
                    for step, (state, _) in verdicts.items()
                    if state != "not_applicable"
                ]
                continue
            for step, state in truth.steps.items():
                compared += 1
                verdict, is_due = verdicts.get(step, (None, False))
                if verdict != state or is_due != (step in truth.due):
                    wrong.append(Difference(name, truth.deal_id, step, verdict, state))
    wrong += [Difference(name, deal, "*", "a deal", "no such deal") for name, deal in told]
    return compared, wrong
