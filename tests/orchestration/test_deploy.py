"""The service units and the container file: they parse, call what exists, run as nobody special, and hold no secret."""

from __future__ import annotations

import configparser
import json
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from connectors.settings import is_variable_name
from orchestration.cli import main
from orchestration.cli.daemon import ARGUMENTS

DEPLOY = Path(__file__).resolve().parents[2] / "orchestration" / "deploy"
ROOT = DEPLOY.parents[1]
UNITS = sorted([*DEPLOY.glob("*.service"), *DEPLOY.glob("*.timer")])
SERVICES = [path for path in UNITS if path.suffix == ".service"]
CONTAINER = (DEPLOY / "Containerfile").read_text()


def unit(path: Path) -> configparser.ConfigParser:
    parsed = configparser.ConfigParser(interpolation=None, strict=True)
    parsed.optionxform = str  # type: ignore[assignment, method-assign]
    parsed.read_string(path.read_text())
    return parsed


def commands() -> Iterator[list[str]]:
    """Every call of `plumbline`, without its path."""
    for path in SERVICES:
        program, *words = shlex.split(unit(path)["Service"]["ExecStart"])
        assert program == "/srv/plumbline/venv/bin/plumbline"
        yield words
    health = re.search(r"^HEALTHCHECK .* CMD (\[.*\])$", CONTAINER, re.M)
    assert health
    yield json.loads(health[1])[1:]
    last = re.search(r"^CMD (\[.*\])$", CONTAINER, re.M)
    assert last
    yield json.loads(last[1])


def test_every_command_exists_and_has_these_options() -> None:
    called = list(commands())
    assert ["sync"] in called
    assert called.count(["daemon"]) == 2
    for name, *words in called:
        command = main.commands[name]  # type: ignore[attr-defined]
        assert isinstance(command, click.Command)
        command.make_context(name, list(words), resilient_parsing=False)


@pytest.mark.parametrize("path", SERVICES, ids=lambda path: path.name)
def test_a_service_runs_as_nobody_special_and_writes_only_the_workspace(path: Path) -> None:
    service = unit(path)["Service"]
    assert service["User"] not in {"root", "0"}
    home = service["Environment"].removeprefix("PLUMBLINE_HOME=")
    assert service["ReadWritePaths"] == service["WorkingDirectory"] == home
    assert (service["ProtectSystem"], service["NoNewPrivileges"]) == ("strict", "yes")


def test_the_timer_starts_the_service_of_its_name() -> None:
    timer = unit(DEPLOY / "plumbline.timer")
    assert "Unit" not in timer["Timer"]
    assert (DEPLOY / "plumbline.service").is_file()
    assert timer["Install"]["WantedBy"] == "timers.target"
    assert unit(DEPLOY / "plumbline-daemon.service")["Unit"]["Conflicts"] == "plumbline.timer"


@pytest.mark.parametrize("path", UNITS, ids=lambda path: path.name)
def test_systemd_itself_finds_no_fault(path: Path, tmp_path: Path) -> None:
    analyse = shutil.which("systemd-analyze")
    if analyse is None:
        pytest.skip("systemd-analyze is not installed here")
    for each in UNITS:  # where the program is on this machine, since systemd looks whether it can be run
        text = each.read_text().replace("/srv/plumbline/venv/bin/plumbline", sys.executable)
        (tmp_path / each.name).write_text(text)
    told = subprocess.run([analyse, "verify", str(tmp_path / path.name)], capture_output=True, text=True, check=False)
    ours = [line for line in told.stderr.splitlines() if "plumbline" in line]
    assert ours == []


def test_the_image_is_built_from_what_there_is_runs_as_nobody_special_and_keeps_the_workspace() -> None:
    for sources in re.findall(r"^COPY (?!--from)(.*) \S+$", CONTAINER, re.M):
        for source in sources.split():
            assert (ROOT / source).exists(), source
    final = CONTAINER.rpartition("FROM ")[2]
    assert re.search(r"^USER plumbline$", final, re.M)
    assert final.index("USER plumbline") > final.index("RUN useradd")
    assert re.search(r"^VOLUME /workspace$", final, re.M)
    assert "PLUMBLINE_HOME=/workspace" in final
    assert "--require-hashes" in CONTAINER


@pytest.mark.parametrize("path", sorted(DEPLOY.iterdir()), ids=lambda path: path.name)
def test_no_secret_and_nowhere_to_put_one(path: Path) -> None:
    text = path.read_text()
    assert not re.search(r"(?i)(token|secret|password|api_key)\s*[=:]\s*\S", text)
    assert "EnvironmentFile" not in text
    assert not re.search(r"^(ARG|ENV).*(TOKEN|SECRET|KEY)", text, re.M)
    long_words = [word for word in re.findall(r"\b[A-Za-z0-9_]{33,}\b", text) if not is_variable_name(word)]
    assert long_words == []


def test_what_was_tried_is_said() -> None:
    told = (DEPLOY / "README.md").read_text()
    assert "**not tried**" in told
    for path in (*UNITS, DEPLOY / "Containerfile"):
        assert f"`{path.name}`" in told


def test_the_daemon_loads_definitions_that_exist() -> None:
    from orchestration import definitions

    assert ARGUMENTS[-1] == definitions.__name__
    assert Path(sys.executable).with_name("dagster-daemon").exists()
