"""The README is tested: every command, setting, kind of evidence, connector and mart stands in it."""

from __future__ import annotations

import re
from importlib import import_module
from pathlib import Path

import click
import pytest
import yaml

from connectors.files.options import FilesOptions
from connectors.kinds import API_KINDS
from connectors.settings import ConnectionEntry
from expectations import targets, teams, waivers
from expectations.company import Company, Hold, Publisher, Retention
from expectations.conditions import AppliesTo, FieldCondition
from expectations.duties import CONTACT_WITHIN, PLAIN_RULES, PUSHES_AT_MOST, Hygiene, Response
from expectations.evidence import Evidence
from expectations.process import DEFAULT_PROCESS, Defaults, ProcessFile, load_process
from expectations.steps import LossStep, Modes, Stage, Step
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
    FieldCondition,
    Defaults,
    Stage,
    Step,
    Modes,
    LossStep,
    Response,
    Hygiene,
    Evidence,
)
SETTINGS = sorted({field.alias or name for model in MODELS for name, field in model.model_fields.items()})
MARTS = sorted(path.stem for path in (ROOT / "dbt_project" / "models" / "marts").rglob("*.sql"))


@pytest.mark.parametrize("setting", SETTINGS)
def test_every_setting_is_documented(setting: str) -> None:
    assert re.search(rf"`[^`\n]*\b{setting}\b[^`\n]*`", README), f"README does not mention the setting {setting}"


@pytest.mark.parametrize("rule", [*PLAIN_RULES, CONTACT_WITHIN, PUSHES_AT_MOST])
def test_every_rule_of_open_deals_is_documented(rule: str) -> None:
    assert f"`{rule}" in README


def _documents(kind: str) -> str:
    """What is said of a kind of connection: here, and on its own page."""
    return README + (ROOT / "connectors" / kind / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("kind", API_KINDS)
def test_every_option_of_a_crm_is_documented(kind: str) -> None:
    names = import_module(f"connectors.{kind}.options").RULES.names
    assert [name for name in names if f"`{name}`" not in _documents(kind)] == []


def test_every_option_of_files_is_documented() -> None:
    told = _documents("files")
    assert [name for name in FilesOptions.model_fields if not re.search(rf"(`|\b){name}(`|:)", told)] == []


@pytest.mark.parametrize("columns", [teams.COLUMNS, waivers.COLUMNS, targets.COLUMNS])
def test_every_column_of_a_csv_file_is_documented(columns: tuple[str, ...]) -> None:
    assert f"\n{','.join(columns)}\n" in README


def test_every_credential_of_the_templates_is_documented() -> None:
    for kind in API_KINDS:
        text = (ROOT / "connectors" / "templates" / f"{kind}.yml").read_text(encoding="utf-8")
        (account,) = yaml.safe_load(text)["connections"].values()
        (row,) = re.findall(rf"^\| `{kind}` \|.*$", README, flags=re.MULTILINE)
        assert [name for name in account["credentials"] if f"`{name}`" not in row] == []


def test_every_option_of_a_command_is_documented_in_its_help_and_no_other_is_in_the_table() -> None:
    assert isinstance(main, click.Group)
    for name, options in re.findall(r"^\| `plumbline ([\w-]+)[^`]*` \| (.*) \|$", README, flags=re.MULTILINE):
        known = {word for parameter in main.commands[name].params for word in parameter.opts}
        assert set(re.findall(r"`(--[\w-]+)", options)) <= known, name


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
        assert f"](connectors/{kind}/README.md)" in README
        assert (ROOT / "connectors" / kind / "README.md").is_file()
        assert re.search(rf"^\| `{kind}` \|", README, flags=re.MULTILINE)


def test_the_examples_of_process_yml_are_processes(tmp_path: Path) -> None:
    whole, more = (
        block for block in re.findall(r"```yaml\n(.*?)```", README, flags=re.DOTALL) if re.match("in_force|resp", block)
    )
    for name, text in (("whole.yml", whole), ("more.yml", DEFAULT_PROCESS.read_text(encoding="utf-8") + more)):
        (tmp_path / name).write_text(text, encoding="utf-8")
        assert load_process(tmp_path / name).versions


def test_every_default_step_is_documented() -> None:
    process = yaml.safe_load((ROOT / "expectations" / "process.yml").read_text())
    keys = [step["key"] for stage in process["stages"] for step in stage.get("steps", [])]
    for key in [*keys, *(step["key"] for step in process["on_loss"])]:
        assert f"`{key}`" in README


def test_the_commands_of_the_first_screen_exist() -> None:
    targets = re.findall(r"^([\w-]+):", (ROOT / "Makefile").read_text(), flags=re.MULTILINE)
    for target in re.findall(r"^make ([\w-]+)", README, flags=re.MULTILINE):
        assert target in targets
