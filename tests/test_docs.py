"""The README is tested: every command, setting, kind of evidence, connector and mart stands in it."""

from __future__ import annotations

import re
from pathlib import Path

import click
import pytest
import yaml

from connectors.hubspot.options import OPTION_NAMES
from connectors.settings import ConnectionEntry
from expectations.company import Company, Hold, Publisher, Retention
from expectations.evidence import Evidence
from expectations.process import AppliesTo, Defaults, LossStep, ProcessFile, Stage, Step
from orchestration.cli import main

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
MODELS = (
    Company,
    Retention,
    Publisher,
    Hold,
    ConnectionEntry,
    ProcessFile,
    AppliesTo,
    Defaults,
    Stage,
    Step,
    LossStep,
    Evidence,
)
SETTINGS = sorted({field.alias or name for model in MODELS for name, field in model.model_fields.items()})
MARTS = sorted(path.stem for path in (ROOT / "dbt_project" / "models" / "marts").rglob("*.sql"))


@pytest.mark.parametrize("setting", SETTINGS)
def test_every_setting_is_documented(setting: str) -> None:
    assert re.search(rf"`[^`\n]*\b{setting}\b[^`\n]*`", README), f"README does not mention the setting {setting}"


@pytest.mark.parametrize("option", OPTION_NAMES)
def test_every_option_of_hubspot_is_documented(option: str) -> None:
    assert f"`{option}`" in README


@pytest.mark.parametrize("mart", MARTS)
def test_every_mart_is_documented(mart: str) -> None:
    assert f"`marts.{mart}`" in README


def test_no_mart_is_documented_that_does_not_exist() -> None:
    assert set(re.findall(r"marts\.((?:dim|fct|rpt)_\w+)", README)) <= set(MARTS)


def test_every_command_is_documented_and_helps_with_an_example() -> None:
    assert isinstance(main, click.Group)
    for name, command in main.commands.items():
        assert f"`plumbline {name}" in README, f"README does not mention `plumbline {name}`"
        text = command.get_help(click.Context(command, info_name=f"plumbline {name}"))
        assert f"plumbline {name}" in text.partition("xample")[2], f"`plumbline {name} --help` shows no example"


def test_every_connector_is_documented() -> None:
    kinds = ConnectionEntry.model_fields["kind"].annotation.__args__
    for kind in kinds:
        assert f"`kind: {kind}`" in README


def test_every_default_step_is_documented() -> None:
    process = yaml.safe_load((ROOT / "expectations" / "process.yml").read_text())
    keys = [step["key"] for stage in process["stages"] for step in stage.get("steps", [])]
    for key in [*keys, *(step["key"] for step in process["on_loss"])]:
        assert f"`{key}`" in README


def test_the_commands_of_the_first_screen_exist() -> None:
    targets = re.findall(r"^([\w-]+):", (ROOT / "Makefile").read_text(), flags=re.MULTILINE)
    for target in re.findall(r"^make ([\w-]+)", README, flags=re.MULTILINE):
        assert target in targets
