"""Assets of the first part of a night: the connections, synced side by side, and the lake cut at their watermarks.

Only the showing belongs here; `night.py` does the work.
"""

from collections.abc import Iterator

import dagster as dg

from connectors.contract import SyncOutcome
from orchestration.assets.book import NightBook, NightConfig
from orchestration.sources import tables_of
from orchestration.transform import project_folder

SYNC_CHECK = "sync_succeeded"


def connection_key(name: str) -> dg.AssetKey:
    """A connection's place in the graph."""
    return dg.AssetKey(["connections", name])


def sync_assets(book: NightBook) -> dg.AssetsDefinition:
    """One asset per connection, all synced by one step: Dagster runs steps one after another, threads don't wait."""
    connections = book.workspace.connections

    @dg.multi_asset(
        name="sync_connections",
        specs=[
            dg.AssetSpec(
                connection_key(name),
                group_name="connections",
                kinds={settings.kind},
                description=f"The {settings.kind} account `{name}`, read into the lake (append-only).",
            )
            for name, settings in connections.items()
        ],
        check_specs=[
            dg.AssetCheckSpec(
                SYNC_CHECK,
                asset=connection_key(name),
                description="The sync completed and its counts equal the CRM's own. If not, the night goes on with "
                "what was read last.",
            )
            for name in connections
        ],
    )
    def sync_connections(context: dg.AssetExecutionContext, config: NightConfig) -> Iterator[dg.MaterializeResult]:  # type: ignore[type-arg]
        book.begin(context.run.run_id, config)
        with book.step(context.run.run_id) as night:
            night.say("Syncing…")
            night.sync()
            for name in connections:
                outcome = night.latest.get(name)
                yield _result(name, outcome)

    return sync_connections


def _result(name: str, outcome: SyncOutcome | None) -> dg.MaterializeResult:  # type: ignore[type-arg]
    error = "it was never synced" if outcome is None else outcome.error
    passed = outcome is not None and outcome.state in {"good", "backfilling"}
    return dg.MaterializeResult(
        asset_key=connection_key(name),
        metadata={} if outcome is None else _metadata(outcome),
        check_results=[
            dg.AssetCheckResult(
                passed=passed,
                check_name=SYNC_CHECK,
                asset_key=connection_key(name),
                severity=dg.AssetCheckSeverity.ERROR,
                metadata={} if error is None else {"error": dg.MetadataValue.text(error)},
            )
        ],
    )


def _metadata(outcome: SyncOutcome) -> dict[str, dg.MetadataValue]:
    rows = sum(stream.rows_read for stream in outcome.streams)
    table = ["| object | rows read | ours | theirs | requests |", "| --- | ---: | ---: | ---: | ---: |"]
    table += [
        f"| {s.stream} | {s.rows_read:,} | {_count(s.ours)} | {_count(s.theirs)} | {s.requests:,} |"
        for s in outcome.streams
    ]
    return {
        "dagster/row_count": dg.MetadataValue.int(rows),
        "state": dg.MetadataValue.text(outcome.state),
        "watermark": dg.MetadataValue.text(str(outcome.watermark)),
        "objects": dg.MetadataValue.md("\n".join(table)),
    }


def _count(value: int | None) -> str:
    return "" if value is None else f"{value:,}"


def input_assets(book: NightBook) -> dg.AssetsDefinition:
    """The views of lake and ledger and the reference tables, which dbt knows as its sources."""
    connections = [connection_key(name) for name in book.workspace.connections]
    lake = [
        dg.AssetSpec(["lake", table.name], deps=connections, group_name="lake", kinds={"deltalake"})
        for table in tables_of(project_folder(), "lake")
    ]
    reference = [
        dg.AssetSpec(["reference", table.name], deps=connections, group_name="reference", kinds={"yaml"})
        for table in tables_of(project_folder(), "reference")
    ]
    ledger = [
        dg.AssetSpec(["ledger", table.name], group_name="ledger", kinds={"parquet"})
        for table in tables_of(project_folder(), "ledger")
    ]
    specs = [*lake, *reference, *ledger]

    @dg.multi_asset(name="prepare_build", specs=specs)
    def prepare_build(context: dg.AssetExecutionContext) -> Iterator[dg.MaterializeResult]:  # type: ignore[type-arg]
        """A new build file: the configuration as tables, the lake cut at the night's watermarks, earlier forecasts."""
        with book.step(context.run.run_id) as night:
            night.prepare()
            for spec in specs:
                files = night.live_files.get(spec.key.path[-1].replace("__", "/", 1), {})
                metadata = {"files": sum(len(paths) for paths in files.values())} if spec.key.path[0] == "lake" else {}
                yield dg.MaterializeResult(asset_key=spec.key, metadata=metadata)

    return prepare_build
