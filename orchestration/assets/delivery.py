"""Assets of a night's end: the publication, and the ledger of what was said.

Only the showing belongs here; `night.py` does the work.
"""

import dagster as dg

from orchestration.assets.book import NightBook
from orchestration.assets.quality import AUDIT_KEY

PUBLICATION_KEY = dg.AssetKey(["publication"])
LEDGER_KEY = dg.AssetKey(["ledger"])


def publication_asset(book: NightBook) -> dg.AssetsDefinition:
    """What readers get, switched in one step."""

    @dg.asset(
        key=PUBLICATION_KEY,
        deps=[AUDIT_KEY],
        group_name="delivery",
        description="The audited build, given to readers in one step by every publisher of plumbline.yml.",
    )
    def publication(context: dg.AssetExecutionContext) -> dg.MaterializeResult:  # type: ignore[type-arg]
        with book.step(context.run.run_id) as night:
            night.say("Publishing…")
            night.publish()
            return dg.MaterializeResult(
                metadata={"night": night.night_id, "warehouse": dg.MetadataValue.path(str(night.workspace.warehouse))}
            )

    return publication


def ledger_asset(book: NightBook) -> dg.AssetsDefinition:
    """What can't be computed again, appended from what was published."""

    @dg.asset(
        key=LEDGER_KEY,
        deps=[PUBLICATION_KEY],
        group_name="delivery",
        description="Forecasts as they were published and alerts as they were raised; append-only, one per night.",
    )
    def ledger(context: dg.AssetExecutionContext) -> dg.MaterializeResult:  # type: ignore[type-arg]
        with book.step(context.run.run_id) as night:
            rows = night.close()
            _forget_old_runs(context.instance, night.workspace.company.retention.nights)
            return dg.MaterializeResult(metadata={name: dg.MetadataValue.int(count) for name, count in rows.items()})

    return ledger


def _forget_old_runs(instance: dg.DagsterInstance, keep: int) -> None:
    """Dagster never prunes what it wrote down about runs, so its storage would grow for ever."""
    while old := instance.get_run_records(limit=keep + 100)[keep:]:
        for record in old:
            instance.delete_run(record.dagster_run.run_id)
