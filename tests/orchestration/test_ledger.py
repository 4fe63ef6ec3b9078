"""Manifest and ledger: what a night was made of, and what it said."""

from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pytest

from orchestration.ledger import append_ledger, complete_ledger, published_before
from orchestration.manifest import (
    ConnectionReading,
    Manifest,
    NoSuchNight,
    bury_unfinished,
    hash_config,
    last_published,
    load_manifest,
    load_record,
    new_night_id,
    night_folder,
    save_manifest,
    save_record,
)  # fmt: skip
from orchestration.publish.publication import publish
from tests.orchestration.conftest import duckdb_only

NIGHT = "20260102T030405-abcdef12"


def manifest(night_id: str = NIGHT) -> Manifest:
    at = datetime(2026, 1, 2, 3, 4, 5, 123456, tzinfo=UTC)
    readings = (
        ConnectionReading("acme", "hubspot", "good", 42, at),
        ConnectionReading("new", "files", "backfilling", None, None),
    )
    return Manifest(
        night_id, at, readings, ({"connection": "acme", "state": "good"},), {"process.yml": "x"}, 7, NIGHT, "0.1.0"
    )


def test_manifest_comes_back_as_it_was_with_copies_of_the_configuration(tmp_path: Path) -> None:
    home, ledger = tmp_path / "home", tmp_path / "ledger"
    home.mkdir()
    (home / "process.yml").write_text("stages: []")
    saved = Manifest(
        **{**{f: getattr(manifest(), f) for f in manifest().__dataclass_fields__}, "config_hashes": hash_config(home)}
    )
    save_manifest(ledger, saved, home)
    assert load_manifest(ledger, NIGHT) == saved
    assert (night_folder(ledger, NIGHT) / "config" / "process.yml").read_text() == "stages: []"


def test_unknown_night_lists_the_known_ones(tmp_path: Path) -> None:
    save_manifest(tmp_path, Manifest(NIGHT, datetime(2026, 1, 1, tzinfo=UTC), ()), tmp_path)
    with pytest.raises(NoSuchNight, match=f"'yesterday'.*{NIGHT}"):
        load_manifest(tmp_path, "yesterday")


def test_night_ids_sort_by_time_whatever_zone_the_time_is_given_in() -> None:
    early = new_night_id(datetime.fromisoformat("2026-01-02T01:00:00+02:00"), "ffff")
    late = new_night_id(datetime.fromisoformat("2026-01-02T00:00:00+00:00"), "0000")
    assert early < late


def test_last_published_skips_nights_that_failed(tmp_path: Path) -> None:
    for number, state in enumerate(["published", "failed"]):
        name = f"2026010{number}T000000-a"
        save_manifest(tmp_path, manifest(name), tmp_path) if number else save_manifest(
            tmp_path, Manifest(name, datetime(2026, 1, 1, tzinfo=UTC), ()), tmp_path
        )
        save_record(tmp_path, name, state=state)
    found = last_published(tmp_path)
    assert found is not None
    assert found.night_id == "20260100T000000-a"


@pytest.fixture(autouse=True)
def _no_config(tmp_path: Path) -> None:
    (tmp_path / "process.yml").write_text("x")


def test_ledger_holds_the_published_rows_and_a_crash_before_it_is_completed_once(marts: Path, tmp_path: Path) -> None:
    ledger, published = tmp_path / "ledger", tmp_path / "published"
    publishers = duckdb_only(published)
    publish(publishers, marts, NIGHT)
    # The process died here. The next start:
    assert complete_ledger(ledger, published / f"{NIGHT}.duckdb", publishers[0].current()) is True
    alerts = night_folder(ledger, NIGHT) / "alerts.parquet"
    assert duckdb.sql(f"select count(*), any_value(ledger_night_id) from '{alerts}'").fetchall() == [(50, NIGHT)]
    assert load_record(ledger, NIGHT)["ledger_rows"] == {"forecasts": 10, "alerts": 50}
    before = alerts.stat().st_mtime_ns
    assert complete_ledger(ledger, published / f"{NIGHT}.duckdb", NIGHT) is False
    append_ledger(ledger, published / f"{NIGHT}.duckdb", NIGHT)
    assert alerts.stat().st_mtime_ns == before, "what was written is never written again"


def test_nothing_to_complete_before_the_first_publication(tmp_path: Path) -> None:
    assert complete_ledger(tmp_path, tmp_path / "none.duckdb", None) is False


def test_a_night_killed_before_its_manifest_is_written_down_as_failed(tmp_path: Path) -> None:
    save_record(tmp_path, "20260331T000000-aaaaaaaa", state="running")
    save_record(tmp_path, "20260330T000000-bbbbbbbb", state="published")
    bury_unfinished(tmp_path)
    assert load_record(tmp_path, "20260331T000000-aaaaaaaa")["state"] == "failed"
    assert load_record(tmp_path, "20260330T000000-bbbbbbbb")["state"] == "published"


def published(ledger: Path, night_id: str, *, day: int, as_of: str) -> None:
    folder = night_folder(ledger, night_id)
    save_manifest(ledger, Manifest(night_id, datetime.fromisoformat(as_of), ()), ledger)
    save_record(ledger, night_id, state="published", as_of=as_of, published_at=datetime(2026, 3, day, tzinfo=UTC))
    duckdb.sql(f"copy (select '{night_id}' as ledger_night_id) to '{folder / 'forecasts.parquet'}' (format parquet)")


def reading(to: str, day: int | None) -> Manifest:
    at = None if day is None else datetime(2026, 3, day, tzinfo=UTC)
    return Manifest("20260309T000000-x", datetime(2026, 3, 9, tzinfo=UTC), (), ledger_read_to=to, ledger_read_at=at)


def test_a_night_and_its_replay_read_the_same_of_the_ledger(tmp_path: Path) -> None:
    published(tmp_path, "20260301T000000-a", day=1, as_of="2026-03-01T00:00:00+00:00")
    published(tmp_path, "20260302T000000-b", day=2, as_of="2026-03-02T00:00:00+00:00")
    save_manifest(tmp_path, manifest("20260303T000000-c"), tmp_path)  # came to nothing
    tonight = reading("20260303T000000-c", 4)

    def nights(of: Manifest) -> list[str]:
        return [path.parent.name[-1] for path in published_before(tmp_path, of)]

    assert nights(tonight) == ["a", "b"]
    # Later a night of the past is made up for, one is built again without a person, and time goes on.
    published(tmp_path, "20260301T120000-d", day=6, as_of="2026-03-01T12:00:00+00:00")
    published(tmp_path, "20260302T000000-f", day=7, as_of="2026-03-02T00:00:00+00:00")
    published(tmp_path, "20260308T000000-g", day=8, as_of="2026-03-08T00:00:00+00:00")
    assert nights(tonight) == ["a", "b"]
    assert nights(reading("20260308T000000-g", 9)) == ["a", "d", "f", "g"], "the night built again stands for the other"
    assert nights(reading("20260302T000000-b", None)) == [], "an older Plumbline read nothing"
