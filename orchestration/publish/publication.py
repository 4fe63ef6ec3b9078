"""All publishers of a workspace together: prepare everywhere, then switch everywhere; keep N nights; roll back.

Only the order of these things belongs here; how one publisher does them is its own affair.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from orchestration.publish.duckdb_file import DuckdbFilePublisher
from orchestration.publish.interface import Publisher, PublishError
from orchestration.publish.parquet import ParquetPublisher


def open_publishers(wanted: Sequence[tuple[str, Path]]) -> list[Publisher]:
    """The publishers of plumbline.yml as (kind, folder); the DuckDB file is first: our own commands read it."""
    kinds: dict[str, Callable[[Path], Publisher]] = {"duckdb": DuckdbFilePublisher, "parquet": ParquetPublisher}
    return [kinds[kind](folder) for kind, folder in sorted(wanted, key=lambda pair: pair[0] != "duckdb")]


def publish(publishers: Sequence[Publisher], marts: Path, night_id: str) -> None:
    """Publish a build with every publisher, or with none."""
    prepared: list[Publisher] = []
    try:
        for publisher in publishers:
            prepared.append(publisher)
            publisher.prepare(marts, night_id)
    except BaseException:
        for publisher in prepared:
            publisher.discard(night_id)
        raise
    before = {publisher.name: publisher.current() for publisher in publishers}
    try:
        for publisher in publishers:
            publisher.activate(night_id)
    except BaseException:
        for publisher in publishers:
            if (previous := before[publisher.name]) is not None and publisher.current() != previous:
                publisher.activate(previous)
        raise


def prune(publishers: Sequence[Publisher], keep: int) -> list[str]:
    """Remove all but the newest `keep` nights (and never the current one); the names of what went."""
    gone: set[str] = set()
    for publisher in publishers:
        current = publisher.current()
        kept = set(publisher.nights()[-max(keep, 1) :])
        for night_id in publisher.nights():
            if night_id not in kept and night_id != current:
                publisher.discard(night_id)
                gone.add(night_id)
    return sorted(gone)


def roll_back(publishers: Sequence[Publisher], to: str | None = None) -> str:
    """Give readers an older night (the one before the current, or `to`); it must still be kept everywhere."""
    current = publishers[0].current()
    if current is None:
        raise PublishError("Nothing is published yet, so there is nothing to go back from. Run `plumbline sync` first.")
    kept = sorted(set.intersection(*(set(publisher.nights()) for publisher in publishers)))
    older = [night for night in kept if night < current]
    target = to or (older[-1] if older else None)
    if target is None or target not in kept:
        listed = ", ".join(kept)
        raise PublishError(
            f"There is no night {'before ' + current if to is None else to} to go back to. Kept are: {listed}. "
            "How many are kept is `retention` in plumbline.yml."
        )
    for publisher in publishers:
        publisher.activate(target)
    return target
