"""The house rules no linter knows: who imports whom, how long a module may be, what never stands in the tree."""

from __future__ import annotations

import ast
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
FORBIDDEN = {
    "connectors": {"expectations", "orchestration", "dagster", "dagster_dbt", "dbt", "great_expectations"},
    "expectations": {"orchestration", "dagster", "dagster_dbt", "dbt"},
}
PACKAGES = ("connectors", "expectations", "orchestration")
MODULES = sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))


def _imports(path: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {name.name.partition(".")[0] for name in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module.partition(".")[0])
    return found


@pytest.mark.parametrize("package", sorted(FORBIDDEN))
def test_a_package_knows_nothing_of_those_above_it(package: str) -> None:
    wrong = {
        str(path.relative_to(ROOT)): sorted(_imports(path) & FORBIDDEN[package])
        for path in (ROOT / package).rglob("*.py")
        if _imports(path) & FORBIDDEN[package]
    }
    assert not wrong


def test_only_one_module_imports_great_expectations() -> None:
    importers = [path for path in MODULES if "great_expectations" in _imports(path)]
    assert [path.relative_to(ROOT).as_posix() for path in importers] == ["expectations/runner.py"]


def test_modules_stay_short_and_say_what_they_are() -> None:
    tests = sorted((ROOT / "tests").rglob("*.py"))
    long = {str(path): n for path in [*MODULES, *tests] if (n := len(path.read_text().splitlines())) > 300}
    assert not long
    silent = [
        str(path) for path in MODULES if not ast.get_docstring(ast.parse(path.read_text())) and path.stat().st_size
    ]
    assert not silent


def _tracked() -> list[Path]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=False)
    if listed.returncode != 0:
        pytest.skip("not a git checkout, so there is no list of the project's files")
    return [path for name in listed.stdout.decode().split("\0") if name and (path := ROOT / name).is_file()]


def test_the_lock_file_holds_hashes_and_no_address() -> None:
    lock = (ROOT / "requirements.lock").read_text()
    assert not re.search(r"https?://|file://|--(extra-)?index-url|--find-links", lock)
    pins = re.findall(r"^[A-Za-z0-9][\w.-]*==\S+ \\$", lock, flags=re.MULTILINE)
    assert len(pins) > 100
    assert lock.count("--hash=sha256:") >= len(pins)


def test_no_file_names_a_machine() -> None:
    machine = re.compile(r"(?<![\w.-])/(root|home|work|opt)/[a-z.]")
    wrong = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in _tracked()
        if path.suffix in {".py", ".sql", ".yml", ".md", ".toml", ".lock", ""} and path != Path(__file__)
        for number, line in enumerate(path.read_text(encoding="utf-8", errors="replace").splitlines(), 1)
        if machine.search(line)
    ]
    assert not wrong
