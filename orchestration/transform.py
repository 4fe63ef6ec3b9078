"""Running dbt: where the project is, its environment, the prepared manifest, and a run without Dagster.

Only calling dbt belongs here; what it builds is in `dbt_project/`.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import orchestration
from orchestration import parsed

STAGING_SELECTION = "fqn:plumbline.staging fqn:plumbline.canonical"
"""What is built before the gate; everything else comes after it."""

PROJECT_PARTS = ("dbt_project.yml", "profiles.yml", "models", "macros")
"""All that dbt reads of the project."""

READERS = ("dbt-core", "dbt-common", "dbt-adapters", "dbt-duckdb")
"""The packages whose versions decide what dbt makes of the project; their macros are part of it."""

NO_UNIT_TESTS = ("--exclude-resource-type", "unit_test")
"""Unit tests belong to development; a night runs data tests only."""


class DbtFailed(Exception):
    """dbt ended with an error; the text holds its last lines and where the whole log is."""


def project_folder() -> Path:
    """The dbt project, which is installed beside this package."""
    return Path(orchestration.__file__).resolve().parent.parent / "dbt_project"


@dataclass(frozen=True, slots=True)
class DbtHome:
    """Where dbt reads and writes for one workspace. Nothing is ever written inside the installed project.

    dbt takes its reading of the project for stale when its environment or a file's path in its profile is another. So
    these are the same in every workspace and every night: relative to `project`, where dbt runs, and by a link.
    """

    project: Path
    """The installed project, by links."""
    target: Path
    logs: Path
    current_build: Path
    """A link that always points to the build being made."""

    @property
    def manifest(self) -> Path:
        """Dbt's parsed project."""
        return self.target / "manifest.json"

    def environment(self) -> dict[str, str]:
        """The variables that the project's profile and dbt itself read."""
        return {
            **self._files(),
            # Absolute, else Dagster puts each run's files into the installed project, and no parse is used again.
            "DBT_TARGET_PATH": str(self.target),
            "DBT_LOG_PATH": str(self.logs / "dbt"),
            "DBT_PROFILES_DIR": str(project_folder()),
            "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
            "DBT_USE_COLORS": "false",
            "DBT_STATIC_PARSER": "true",
            "DO_NOT_TRACK": "1",
        }

    def _files(self) -> dict[str, str]:
        build = os.path.relpath(self.current_build, self.project)
        return {
            "PLUMBLINE_BUILD_FILE": f"{build}/build.duckdb",
            "PLUMBLINE_WAREHOUSE_FILE": f"{build}/warehouse.duckdb",
        }

    def point_at(self, build: Path) -> None:
        """Make `build` the one that dbt works on."""
        _link(self.current_build, build.resolve())

    def run(self, arguments: Sequence[str]) -> str:
        """Run dbt in a process of its own (it keeps databases open in the process it runs in)."""
        (self.logs / "dbt").mkdir(parents=True, exist_ok=True)
        finished = subprocess.run(
            [sys.executable, "-m", "dbt.cli.main", *arguments, "--project-dir", str(self.project)],
            cwd=self.project, env={**os.environ, **self.environment()},
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        if finished.returncode != 0:
            last = "\n".join((finished.stdout + finished.stderr).strip().splitlines()[-25:])
            raise DbtFailed(f"dbt {arguments[0]} failed. Its last lines (all of them: {self.logs / 'dbt'}):\n{last}")
        return finished.stdout

    def tidy(self) -> None:
        """Remove the folders that Dagster makes for each run of dbt; the parsed project stays."""
        for folder in self.target.glob("dbt_*-*"):
            shutil.rmtree(folder, ignore_errors=True)

    def prepare(self) -> Path:
        """The manifest. The project is read again only when it has changed, or what reads it has."""
        for part in PROJECT_PARTS:
            _link(self.project / part, project_folder() / part)
        stamp = self.target / "prepared.sha256"
        wanted = _fingerprint(project_folder(), self._files())
        if not (self.manifest.exists() and stamp.exists() and stamp.read_text(encoding="utf-8") == wanted):
            self.target.mkdir(parents=True, exist_ok=True)
            if not parsed.take(wanted, self.target):
                self.run(["parse"])
                parsed.keep(wanted, self.target)
            stamp.write_text(wanted, encoding="utf-8")
        return self.manifest


def _link(link: Path, to: Path) -> None:
    """Make `link` point there, in one step."""
    if link.is_symlink() and link.readlink() == to:
        return
    link.parent.mkdir(parents=True, exist_ok=True)
    draft = link.with_name(f".{link.name}.{os.getpid()}")
    draft.unlink(missing_ok=True)
    draft.symlink_to(to)
    draft.replace(link)


def _fingerprint(project: Path, environment: Mapping[str, str]) -> str:
    """Of all that dbt's reading of the project depends on."""
    readers = [sys.version_info[:2], *((name, version(name)) for name in READERS)]
    digest = hashlib.sha256(repr((readers, sorted(environment.items()))).encode())
    for path in sorted(project.rglob("*")):
        if path.suffix in {".sql", ".yml", ".yaml", ".md", ".csv"} and "target" not in path.parts:
            digest.update(str(path.relative_to(project)).encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()
