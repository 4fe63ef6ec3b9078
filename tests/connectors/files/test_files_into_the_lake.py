"""The files connector under the sync runner: what a changed, shrunken or broken export does to the lake."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from connectors.contract import SyncOutcome
from connectors.lake import Lake
from connectors.registry import open_connector
from connectors.settings import ConnectionSettings
from connectors.sync import sync_connection
from tests.connectors.files.exports import deal, write_csv

SETTINGS = ConnectionSettings(name="other", kind="files", path="exports")


def night(tmp_path: Path, days: int) -> SyncOutcome:
    """A sync `days` after the files were written."""

    def clock() -> datetime:
        return datetime.now(UTC) + timedelta(days=days)

    connector = open_connector(SETTINGS, env={}, clock=clock, workspace=tmp_path)
    try:
        return sync_connection(connector, Lake(tmp_path / "lake"), clock=clock, max_minutes=5)
    finally:
        connector.close()


def live(tmp_path: Path) -> set[str]:
    return set(Lake(tmp_path / "lake").known_ids("files/deals", "other"))


def test_an_export_follows_its_files_from_night_to_night(tmp_path: Path) -> None:
    (tmp_path / "exports").mkdir()
    deals = tmp_path / "exports" / "deals.csv"
    write_csv(deals, [deal(n) for n in range(1, 6)])
    first = night(tmp_path, 1)
    assert first.state == "good"
    assert [(each.rows_read, each.ours, each.theirs) for each in first.streams] == [(5, 5, 5)]

    again = night(tmp_path, 2)
    assert again.state == "good"
    assert [(each.rows_read, each.ours, each.theirs) for each in again.streams] == [(0, 5, 5)]


def test_rows_that_vanish_were_deleted_and_may_return(tmp_path: Path) -> None:
    (tmp_path / "exports").mkdir()
    deals = tmp_path / "exports" / "deals.csv"
    write_csv(deals, [deal(n) for n in range(1, 6)])
    assert night(tmp_path, 0).state == "good"
    write_csv(deals, [deal(n) for n in (1, 2, 4, 6)])
    assert night(tmp_path, 0).state == "good"
    assert live(tmp_path) == {"1", "2", "4", "6"}
    write_csv(deals, [deal(n) for n in range(1, 7)])
    assert night(tmp_path, 0).state == "good"
    assert live(tmp_path) == {"1", "2", "3", "4", "5", "6"}


def test_an_empty_export_where_there_were_deals_changes_nothing(tmp_path: Path) -> None:
    (tmp_path / "exports").mkdir()
    deals = tmp_path / "exports" / "deals.csv"
    write_csv(deals, [deal(n) for n in range(100)])
    good = night(tmp_path, 0)
    deals.write_text("deal_id,stage_id,created_at\n")
    stale = night(tmp_path, 0)
    assert (stale.state, stale.watermark) == ("stale", good.watermark)
    assert "0 live records, where there were 100" in (stale.error or "")


def test_a_broken_export_leaves_the_last_good_night_in_force(tmp_path: Path) -> None:
    (tmp_path / "exports").mkdir()
    deals = tmp_path / "exports" / "deals.csv"
    write_csv(deals, [deal(n) for n in range(10)])
    good = night(tmp_path, 0)
    deals.write_text("deal_id;stage_id;created_at\n")
    stale = night(tmp_path, 0)
    assert (stale.state, stale.watermark) == ("stale", good.watermark)
    assert "the columns seem to be separated by ';'" in (stale.error or "")
