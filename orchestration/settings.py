"""Where a company's own files are, and reading them: the workspace.

Only paths and loading belong here; what the files may say is checked by the packages that own them. This is also the
only module of this package that reads the process environment.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from dotenv import load_dotenv

from connectors.configfile import ConfigProblems, Problem
from connectors.kinds import API_KINDS
from connectors.settings import ConnectionSettings, load_connections
from expectations.company import Company, load_company
from expectations.process import Process, load_process
from expectations.targets import Targets, load_targets
from expectations.teams import Membership, load_teams
from expectations.waivers import Waivers, load_waivers
from orchestration.manifest import CONFIG_FILES, TARGETS_FILE, TEAMS_FILE, WAIVERS_FILE

HOME_VARIABLE = "PLUMBLINE_HOME"


class NoWorkspace(Exception):
    """The folder isn't a workspace; the text says how to make or choose one."""


@dataclass(frozen=True)
class Workspace:
    """One company's folder. Paths are always there; the files are read when they are first asked for."""

    home: Path

    @classmethod
    def find(cls, home: Path | None = None) -> Workspace:
        """The workspace at `home`, else at PLUMBLINE_HOME, else here. Loads its `.env` without overriding anything."""
        folder = (home or Path(os.environ.get(HOME_VARIABLE) or Path.cwd())).resolve()
        absent = [name for name in CONFIG_FILES if not (folder / name).is_file()]
        if absent:
            raise NoWorkspace(
                f"{folder} is not a Plumbline workspace: {' and '.join(absent)} "
                f"{'is' if len(absent) == 1 else 'are'} not there. Make one with `plumbline init DIR`, or choose one "
                f"with the environment variable {HOME_VARIABLE}."
            )
        workspace = cls(folder)
        workspace.check_folders()
        load_dotenv(workspace.env_file, override=False)
        return workspace

    def check_folders(self) -> None:
        """Raise NoWorkspace where something else stands at the place of a folder that is written into."""
        folders = (self.data, self.lake, self.builds, self.published, self.ledger, self.logs, self.dagster_home)
        for path in folders:
            if path.exists() and not path.is_dir():
                raise NoWorkspace(
                    f"{path} is a file, and Plumbline needs a folder of that name to write into. Move the file "
                    "elsewhere; the folder is made by itself."
                )

    @property
    def env_file(self) -> Path:
        """Secrets by name, never committed."""
        return self.home / ".env"

    @property
    def data(self) -> Path:
        """All that Plumbline writes."""
        return self.home / "data"

    @property
    def lake(self) -> Path:
        """What the CRMs said."""
        return self.data / "lake"

    @property
    def builds(self) -> Path:
        """One folder per night under construction."""
        return self.data / "builds"

    @property
    def published(self) -> Path:
        """What readers get."""
        return self.data / "published"

    @property
    def warehouse(self) -> Path:
        """The stable name of the published DuckDB file."""
        return self.published / "warehouse.duckdb"

    @property
    def ledger(self) -> Path:
        """What cannot be computed again."""
        return self.data / "ledger"

    @property
    def logs(self) -> Path:
        """JSON lines, rotated."""
        return self.data / "logs"

    @property
    def dbt_project(self) -> Path:
        """Links to the models, where dbt runs."""
        return self.data / "project"

    @property
    def dbt_target(self) -> Path:
        """Dbt's compiled files."""
        return self.data / "target"

    @property
    def dagster_home(self) -> Path:
        """Dagster's own storage."""
        return self.data / "dagster"

    @property
    def lock(self) -> Path:
        """Held by whoever works here."""
        return self.data / "night.lock"

    @cached_property
    def company(self) -> Company:
        """plumbline.yml. Raises ConfigProblems."""
        return load_company(self.home / "plumbline.yml")

    @cached_property
    def connections(self) -> dict[str, ConnectionSettings]:
        """connections.yml. Raises ConfigProblems."""
        return load_connections(self.home / "connections.yml", set(self.process.stage_keys()))

    def to_be_read(self, connection: ConnectionSettings) -> ConnectionSettings:
        """The connection with every field that the process names as evidence among the fields to read.

        A process's name for a field that the connection doesn't translate is the connector's own affair: it knows the
        standard ones, and an export has columns of any name.
        """
        names = sorted(self.process.evidence_fields())
        needed = [connection.fields[name] for name in names if name in connection.fields]
        if connection.kind == "files":
            needed += [name for name in names if name not in connection.fields]
        fields = list(dict.fromkeys([*connection.read_fields, *needed]))
        subjects = {"subjects": True} if connection.kind in API_KINDS and self.process.asks_for_text() else {}
        options = {**subjects, **connection.options}
        return connection.model_copy(update={"read_fields": fields, "options": options})

    @cached_property
    def process(self) -> Process:
        """process.yml. Raises ConfigProblems."""
        return load_process(self.home / "process.yml")

    @cached_property
    def teams(self) -> tuple[Membership, ...]:
        """teams.csv, which needn't be there. Raises ConfigProblems."""
        return load_teams(self.home / TEAMS_FILE)

    @cached_property
    def waivers(self) -> Waivers:
        """waivers.csv, which needn't be there. Raises ConfigProblems when it can't be read at all."""
        return load_waivers(self.home / WAIVERS_FILE, self.process, self.connections.keys())

    @cached_property
    def targets(self) -> Targets:
        """targets.csv, which needn't be there. Raises ConfigProblems when it can't be read at all."""
        return load_targets(self.home / TARGETS_FILE, self.company.fiscal_year_start_month)

    def load_all(self) -> None:
        """Read every file. Raises ConfigProblems with the faults of all of them at once."""
        problems: list[Problem] = []
        readers: tuple[Callable[[], object], ...] = (
            lambda: self.company,
            lambda: self.process,
            lambda: self.connections,
            lambda: self.teams,
            lambda: self.waivers,
            lambda: self.targets,
        )
        for read in readers:
            try:
                read()
            except ConfigProblems as found:
                # Stages can't be checked against a process that can't be read, so its faults come up twice.
                problems += [problem for problem in found.problems if problem not in problems]
        if problems:
            raise ConfigProblems(problems)

    def environment(self) -> Mapping[str, str]:
        """The variables that credentials are looked up in, by the names that connections.yml gives."""
        return os.environ


def export(variables: Mapping[str, str]) -> None:
    """Put variables into the environment that programs started by this process inherit."""
    os.environ.update(variables)


def use_dagster_home(folder: Path) -> None:
    """Make the workspace's Dagster home the process's, with telemetry off and one run at a time."""
    folder.mkdir(parents=True, exist_ok=True)
    config = folder / "dagster.yaml"
    if not config.exists():
        config.write_text(
            "# Written by Plumbline when absent; yours to change.\n"
            "telemetry:\n  enabled: false\n"
            "concurrency:\n  runs:\n    max_concurrent_runs: 1\n"
            "run_monitoring:\n  enabled: true\n  max_runtime_seconds: 14400\n"
            "retention:\n  schedule:\n    purge_after_days: 90\n"
            "code_servers:\n  local_startup_timeout: 300\n",
            encoding="utf-8",
        )
    os.environ["DAGSTER_HOME"] = str(folder)
    os.environ["DAGSTER_DISABLE_TELEMETRY"] = "1"
    os.environ.setdefault("DO_NOT_TRACK", "1")
    os.environ.setdefault("GX_ANALYTICS_ENABLED", "false")
