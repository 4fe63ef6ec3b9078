"""What cannot be computed again: the forecasts as they were published, and who was told what. Append-only.

Only writing and reading it back belongs here. One Parquet file per night and kind, written from the *published* file
after the switch, in one step; so appending twice is harmless, and the next start completes what a crash left out.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import duckdb

from orchestration.content_hash import combined, hash_file
from orchestration.manifest import Manifest, load_record, night_folder, night_ids, save_record


@dataclass(frozen=True, slots=True)
class LedgerKind:
    """One kind of entry: its file's name, the mart it is taken from, and which of its rows."""

    name: str
    mart: str
    condition: str = "true"


KINDS = (
    LedgerKind("forecasts", "fct_forecasts"),
    LedgerKind("alerts", "fct_findings", "is_alert"),
)


def append_ledger(ledger: Path, published: Path, night_id: str) -> dict[str, int]:
    """Write the night's entries (those not written yet) and mark the night published; rows by kind."""
    folder = night_folder(ledger, night_id)
    folder.mkdir(parents=True, exist_ok=True)
    rows: dict[str, int] = {}
    with duckdb.connect(str(published), read_only=True) as connection:
        marts = {
            name
            for (name,) in connection.execute(
                "select table_name from information_schema.tables where table_schema = 'marts'"
            ).fetchall()
        }
        for kind in KINDS:
            target = folder / f"{kind.name}.parquet"
            if kind.mart not in marts or target.exists():
                continue
            draft = folder / f".{kind.name}.new"
            text = str(draft).replace("'", "''")
            connection.execute(
                f"copy (select '{night_id}' as ledger_night_id, * from marts.{kind.mart} where {kind.condition}) "
                f"to '{text}' (format parquet)"
            )
            draft.replace(target)
        for kind in KINDS:
            target = folder / f"{kind.name}.parquet"
            if target.exists():
                found = connection.execute("select count(*) from read_parquet(?)", [str(target)]).fetchone()
                rows[kind.name] = int(found[0]) if found else 0
    hashes = hash_file(published)
    save_record(
        ledger, night_id, state="published", ledger_rows=rows, hashes=hashes, content_hash=combined(hashes),
        **({} if "published_at" in load_record(ledger, night_id) else {"published_at": datetime.now(UTC)}),
    )  # fmt: skip
    return rows


def published_before(ledger: Path, night: Manifest) -> list[Path]:
    """The forecasts of earlier nights that this night may judge, as they were published; the same for its replay.

    What was published later is left out, whatever day it speaks of. A night that was built again (a person was
    forgotten) stands for the one that it replaced, and once more only from then on.
    """
    if night.ledger_read_at is None:  # of an older Plumbline, which read none
        return []
    found: dict[datetime, tuple[datetime, Path]] = {}
    for night_id in night_ids(ledger):
        record = load_record(ledger, night_id)
        path = night_folder(ledger, night_id) / "forecasts.parquet"
        if night_id > night.ledger_read_to or record.get("state") != "published" or not path.is_file():
            continue
        published_at = datetime.fromisoformat(record["published_at"])
        as_of = datetime.fromisoformat(record["as_of"])
        if published_at < night.ledger_read_at and (as_of not in found or found[as_of][0] < published_at):
            found[as_of] = (published_at, path)
    return [path for _, (_, path) in sorted(found.items())]


def complete_ledger(ledger: Path, published_file: Path, current: str | None) -> bool:
    """At the start of a night: write what a crash between switch and ledger left out. Says whether it had to."""
    if current is None:
        return False
    record = load_record(ledger, current)
    if record.get("state") == "published" and "ledger_rows" in record:
        return False
    append_ledger(ledger, published_file, current)
    return True
