"""The conventions of the models, read from the manifest: layers, names, size, contracts, words, tests, portability.

What the models compute is tested elsewhere.
"""

from __future__ import annotations

import configparser
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.dbt.harness import PROJECT, project_manifest

MANIFEST = project_manifest()
MODELS: dict[str, Any] = {n.name: n for n in MANIFEST.nodes.values() if n.resource_type == "model"}
DATA_TESTS = [n for n in MANIFEST.nodes.values() if n.resource_type == "test"]
UNIT_TESTED = {t.model for t in MANIFEST.unit_tests.values()}

LONGEST_MODEL = 120
PREFIXES = {
    "staging": ("stg_",),
    "canonical": ("int_",),
    "compliance": ("int_",),
    "forecast": ("int_",),
    "marts": ("dim_", "fct_", "rpt_"),
}
READS = {
    "staging": {"staging"},
    "canonical": {"staging", "canonical"},
    "compliance": {"canonical", "compliance"},
    "forecast": {"canonical", "compliance", "forecast"},
    "marts": {"staging", "canonical", "compliance", "forecast", "marts"},
}
"""Which layers a layer's models may read. Marts read staging only for what could not be read (stg_rejects)."""

PRESENT = re.compile(
    r"\b(now\s*\(|get_current_timestamp|current_date|current_time|current_timestamp|localtimestamp|today\s*\()"
)
ONE_ENGINE = re.compile(
    r"\b(qualify|group by all|order by all|arg_max|arg_min|max_by|min_by|asof|ignore nulls|string_agg|array_agg"
    r"|star exclude|exclude\s*\(|try_cast|date_diff|datediff|strftime|json_extract\w*|epoch_us|epoch_ms|merge into)\b"
)


def layer(model: Any) -> str:
    return str(model.fqn[1])


def source(model: Any) -> str:
    """The model's own text, without comments and Jinja comments: what these say is for people."""
    text = re.sub(r"\{#.*?#\}", "", model.raw_code, flags=re.DOTALL)
    return re.sub(r"--[^\n]*", "", text).lower()


def parents(model: Any, kind: str) -> list[Any]:
    found = MANIFEST.sources if kind == "source" else MANIFEST.nodes
    return [found[p] for p in model.depends_on.nodes if p.startswith(f"{kind}.")]


def marts() -> list[Any]:
    return [m for m in MODELS.values() if layer(m) == "marts"]


each_model = pytest.mark.parametrize("model", MODELS.values(), ids=list(MODELS))
each_mart = pytest.mark.parametrize("mart", marts(), ids=[m.name for m in marts()])


@each_model
def test_a_model_is_named_after_its_layer_and_reads_only_what_lies_below(model: Any) -> None:
    here = layer(model)
    assert model.name.startswith(PREFIXES[here]), f"{model.name} in {here}/ should begin with {PREFIXES[here]}"
    above = [p.name for p in parents(model, "model") if layer(p) not in READS[here]]
    assert not above, f"{model.name} ({here}) reads {above}"
    if here == "staging":
        crm = model.fqn[2]
        others = [p.name for p in parents(model, "model") if p.fqn[2] not in {crm, "shared"} and crm != "shared"]
        assert not others, f"{model.name} reads another CRM's staging: {others}"
    else:
        lake = [p.name for p in parents(model, "source") if p.source_name == "lake"]
        assert not lake, f"{model.name} reads the lake ({lake}); only staging may"


@each_model
def test_a_model_is_short_and_documented(model: Any) -> None:
    lines = (PROJECT / model.original_file_path).read_text(encoding="utf-8").count("\n")
    assert lines <= LONGEST_MODEL, f"{model.name} has {lines} lines"
    assert model.description.startswith("One row per "), f"{model.name}: say the grain first (One row per …)"
    silent = [name for name, column in model.columns.items() if not column.description]
    assert model.columns, f"{model.name} describes no column"
    assert not silent, f"{model.name}: columns without a description: {silent}"


@each_model
def test_a_model_runs_elsewhere_and_at_any_time(model: Any) -> None:
    text = source(model)
    assert not PRESENT.findall(text), f"{model.name} asks the clock; it should read as_of or judged_at"
    assert not ONE_ENGINE.findall(text), f"{model.name} has SQL that only one engine knows; use a macro of cross_db/"


@each_model
def test_no_rule_is_written_into_a_model(model: Any) -> None:
    literals = set(re.findall(r"'([a-z0-9_]+)'", source(model)))
    assert not literals & default_process_keys(), f"{model.name} names stages or steps of a process"


def default_process_keys() -> set[str]:
    """Keys of the process that is shipped, as a company may well use them."""
    path = PROJECT.parent / "expectations" / "process.yml"
    process = yaml.safe_load(path.read_text(encoding="utf-8"))
    steps = [step["key"] for stage in process["stages"] for step in stage["steps"]]
    return {stage["key"] for stage in process["stages"]} | set(steps) | {step["key"] for step in process["on_loss"]}


@each_mart
def test_a_mart_is_contracted_keyed_documented_and_unit_tested(mart: Any) -> None:
    assert mart.config.contract.enforced, f"{mart.name} has no enforced contract"
    assert mart.schema == "marts", f"{mart.name} lies in {mart.schema}"
    assert mart.database == "warehouse", f"{mart.name} lies in {mart.database}"
    assert mart.config.persist_docs == {"relation": True, "columns": True}
    keys = [
        t
        for t in DATA_TESTS
        if t.attached_node == mart.unique_id and t.test_metadata.name in {"unique", "unique_together"}
    ]
    assert keys, f"{mart.name}: no test says what makes its rows unique"
    assert mart.name in UNIT_TESTED, f"{mart.name} has no unit test"
    untyped = [name for name, column in mart.columns.items() if not column.data_type]
    assert not untyped, f"{mart.name}: columns without a type: {untyped}"


def test_every_compliance_model_is_unit_tested_or_feeds_one_that_is() -> None:
    """Steps on the way to a verdict may be tested by the verdict; a branch that no test looks at may not exist."""
    tested = {name for name in MODELS if name in UNIT_TESTED}
    while True:
        feeding = {p.name for name in tested for p in parents(MODELS[name], "model")} - tested
        if not feeding:
            break
        tested |= feeding
    bare = [name for name, model in MODELS.items() if layer(model) in {"compliance", "forecast"} and name not in tested]
    assert not bare, f"no unit test looks at {bare}"


def test_half_of_the_models_fit_on_a_screen() -> None:
    lengths = sorted((PROJECT / m.original_file_path).read_text(encoding="utf-8").count("\n") for m in MODELS.values())
    assert lengths[len(lengths) // 2] <= 65


def test_every_source_column_is_typed_and_described() -> None:
    for table in MANIFEST.sources.values():
        assert table.description, table.name
        bare = [name for name, column in table.columns.items() if not (column.description and column.data_type)]
        assert not bare, f"{table.source_name}.{table.name}: {bare}"


def test_every_portable_macro_is_tested() -> None:
    tests = Path(__file__).with_name("test_macros.py").read_text(encoding="utf-8")
    for path in sorted((PROJECT / "macros" / "cross_db").glob("*.sql")):
        dispatched = re.findall(r"macro (?!\w+__)(\w+)\(", path.read_text(encoding="utf-8"))
        missing = [name for name in dispatched if f"{name}(" not in tests and not name.endswith("_json_type")]
        assert not missing, f"{path.name}: no test of {missing}"


def test_the_linter_knows_every_folder_of_macros() -> None:
    """A macro it doesn't find fails each model that calls it, and CI may reach those models much later."""
    settings = configparser.ConfigParser()
    settings.read(PROJECT / ".sqlfluff", encoding="utf-8")
    named = {Path(path).name for path in settings["sqlfluff:templater:jinja"]["load_macros_from_path"].split(",")}
    stood_in_for = {"cross_db", "chain"}  # by lint/__init__.py
    never_called = {"generic_tests"}  # by a model
    folders = {path.name for path in (PROJECT / "macros").iterdir() if path.is_dir()}
    assert named | stood_in_for | never_called == folders
