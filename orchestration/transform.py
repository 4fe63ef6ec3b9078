"""Running dbt: where the project is, its environment, the prepared manifest, and a run without Dagster.

Only calling dbt belongs here; what it builds is in `dbt_project/`.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import orchestration

STAGING_SELECTION = "fqn:plumbline.staging fqn:plumbline.canonical"
"""What is built before the gate; everything else comes after it."""

NO_UNIT_TESTS = ("--exclude-resource-type", "unit_test")
"""Unit tests belong to development; a night runs data tests only."""


class DbtFailed(Exception):
    """dbt ended with an error; the text holds its last lines and where the whole log is."""


def project_folder() -> Path:
    """The dbt project, which is installed beside this package."""
    return Path(orchestration.__file__).resolve().parent.parent / "dbt_project"


@dataclass(frozen=True, slots=True)
class DbtHome:
    """Where dbt reads and writes for one workspace. Nothing is ever written inside the installed project."""

    target: Path
    logs: Path
    current_build: Path
    """A link that always points to the build being made. dbt re-parses the project when its environment changes,
    so the environment names this link, which is the same every night."""

    @property
    def manifest(self) -> Path:
        """Dbt's parsed project."""
        return self.target / "manifest.json"

    def environment(self) -> dict[str, str]:
        """The variables that the project's profile and dbt itself read."""
        return {
            "PLUMBLINE_BUILD_FILE": str(self.current_build / "build.duckdb"),
            "PLUMBLINE_WAREHOUSE_FILE": str(self.current_build / "warehouse.duckdb"),
            # Absolute, else Dagster puts each run's files into the installed project, and no parse is used again.
            "DBT_TARGET_PATH": str(self.target),
            "DBT_LOG_PATH": str(self.logs / "dbt"),
            "DBT_PROFILES_DIR": str(project_folder()),
            "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
            "DBT_USE_COLORS": "false",
            "DBT_STATIC_PARSER": "true",
            "DO_NOT_TRACK": "1",
        }

    def point_at(self, build: Path) -> None:
        """Make `build` the one that dbt works on."""
        self.current_build.parent.mkdir(parents=True, exist_ok=True)
        draft = self.current_build.with_name(f".{self.current_build.name}.{os.getpid()}")
        draft.unlink(missing_ok=True)
        draft.symlink_to(build.resolve(), target_is_directory=True)
        draft.replace(self.current_build)

    def run(self, arguments: Sequence[str]) -> str:
        """Run dbt in a process of its own (it keeps databases open in the process it runs in)."""
        (self.logs / "dbt").mkdir(parents=True, exist_ok=True)
        finished = subprocess.run(
            [sys.executable, "-m", "dbt.cli.main", *arguments, "--project-dir", str(project_folder())],
            env={**os.environ, **self.environment()},
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
        """The manifest, parsed again only when the project (or dbt's environment) has changed."""
        stamp = self.target / "prepared.sha256"
        wanted = _fingerprint(project_folder(), self.environment())
        if not (self.manifest.exists() and stamp.exists() and stamp.read_text(encoding="utf-8") == wanted):
            self.target.mkdir(parents=True, exist_ok=True)
            self.run(["parse"])
            stamp.write_text(wanted, encoding="utf-8")
        return self.manifest


def _fingerprint(project: Path, environment: dict[str, str]) -> str:
    digest = hashlib.sha256(repr(sorted(environment.items())).encode())
    for path in sorted(project.rglob("*")):
        if path.suffix in {".sql", ".yml", ".yaml", ".md", ".csv"} and "target" not in path.parts:
            digest.update(str(path.relative_to(project)).encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()
