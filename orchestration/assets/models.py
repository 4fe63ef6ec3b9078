"""Assets of the dbt models, in two steps: what the gate looks at, and what is built after it.

Two steps because a blocking check inside one `@dbt_assets` blocks nothing. How models are named and grouped in
Dagster belongs here; the models are in `dbt_project/`.
"""

import sys
from collections.abc import Iterator, Mapping
from functools import cached_property
from importlib.metadata import version
from pathlib import Path
from typing import Any

import dagster as dg
from dagster_dbt import DagsterDbtTranslator, DbtCliInvocation, DbtCliResource, DbtProject, dbt_assets
from packaging.version import Version

from orchestration.assets.book import NightBook
from orchestration.transform import NO_UNIT_TESTS, STAGING_SELECTION, DbtFailed, DbtHome, project_folder

GATE_KEY = dg.AssetKey(["gate"])
BEFORE_GATE = frozenset({"staging", "canonical"})


class ModelNames(DagsterDbtTranslator):
    """Dagster's names are the warehouse's: schema and table; groups are the project's folders."""

    def get_asset_spec(self, manifest: Mapping[str, Any], unique_id: str, project: DbtProject | None) -> dg.AssetSpec:
        """A model's spec; whatever is built after the gate depends on it."""
        spec = super().get_asset_spec(manifest, unique_id, project)
        node = manifest["nodes"].get(unique_id)
        if node is None or node["resource_type"] != "model":
            return spec
        folder = node["fqn"][1]
        spec = spec.replace_attributes(key=dg.AssetKey([node["schema"], node["name"]]), group_name=folder)
        if folder in BEFORE_GATE:
            return spec
        return spec.merge_attributes(deps=[GATE_KEY])


class InstalledDbt(DbtCliResource):
    """The dbt beside this interpreter. Asked for its version it asks the package index for a newer one, every night."""

    @cached_property
    def _cli_version(self) -> Version:
        return Version(version("dbt-core"))


def dbt_resource(home: DbtHome) -> DbtCliResource:
    """The dbt command line, in the workspace's links to the installed project and with its target folder."""
    # The one beside this interpreter: nobody has to activate a virtual environment, and no other dbt is ever run.
    dbt = Path(sys.executable).with_name("dbt")
    return InstalledDbt(project_dir=str(home.project), profiles_dir=str(project_folder()), dbt_executable=str(dbt))


def model_assets(book: NightBook, manifest: Path) -> tuple[dg.AssetsDefinition, dg.AssetsDefinition]:
    """Staging and canonical models, and all others."""
    names = ModelNames()

    @dbt_assets(manifest=manifest, select=STAGING_SELECTION, dagster_dbt_translator=names, name="dbt_staging")
    def staging(context: dg.AssetExecutionContext, dbt: DbtCliResource) -> Iterator[Any]:
        # No tests here: what is odd in one connection's data must hold that one only, which is the gate's work.
        with book.step(context.run.run_id) as night:
            night.say("Building staging…")
            yield from _run(dbt.cli(["run"], context=context, raise_on_error=False))

    @dbt_assets(manifest=manifest, exclude=STAGING_SELECTION, dagster_dbt_translator=names, name="dbt_marts")
    def marts(context: dg.AssetExecutionContext, dbt: DbtCliResource) -> Iterator[Any]:
        with book.step(context.run.run_id) as night:
            night.say("Building marts…")
            yield from _run(dbt.cli(["build", *NO_UNIT_TESTS], context=context, raise_on_error=False))

    return staging, marts


def _run(invocation: DbtCliInvocation) -> Iterator[Any]:
    """Pass on what dbt builds; when it fails, say which model or test did and why, in dbt's words."""
    yield from invocation.stream()
    if invocation.is_successful():
        return
    try:
        results = invocation.get_artifact("run_results.json")["results"]
    except FileNotFoundError as error:
        raise DbtFailed(f"dbt ended before it built anything; its log is {invocation.target_path}") from error
    failed = [r for r in results if r["status"] in {"error", "fail"}]
    told = "\n".join(
        f"  {r['unique_id'].split('.', 2)[2]}: {(r['message'] or r['status']).strip()}" for r in failed[:10]
    )
    more = f"\n  and {len(failed) - 10} more" if len(failed) > 10 else ""
    raise DbtFailed(
        f"The models could not be built, so nothing was published; yesterday's warehouse stays.\n{told}{more}"
    )
