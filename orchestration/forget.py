"""Erases a person: from the lake, from publications, from the ledger; then builds the last night again without them.

Only the order and what lies outside the lake belong here; the lake's own erasing is `connectors.forget`. Until the
new publication is in place readers keep the old one; it goes at the end, with all older ones and all builds.
"""

from __future__ import annotations

import re
import shutil
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

import duckdb

from connectors.forget import FORGOTTEN, forget_person
from connectors.lake import Lake
from expectations import targets, teams, waivers
from orchestration import manifest
from orchestration.build import BuildFiles, prune_builds
from orchestration.files import write_atomically
from orchestration.ledger import append_ledger
from orchestration.manifest import Manifest
from orchestration.night import Say, publishers_of, silent
from orchestration.publish.publication import publish
from orchestration.replay import build_night
from orchestration.settings import Workspace

_NAMING = manifest.OPTIONAL_FILES
_OF_PEOPLE = re.compile("owner|moved_by|actor|person|contact|manager|user")


@dataclass(slots=True)
class Erasure:
    """What was done."""

    lake_rows: dict[str, int] = field(default_factory=dict)
    ledger_rows: int = 0
    publications_removed: list[str] = field(default_factory=list)
    published: str | None = None
    still_named_in: list[str] = field(default_factory=list)
    """The company's own files that name them; they are theirs to change."""


def forget(workspace: Workspace, term: str, say: Say = silent) -> Erasure:
    """Erase whoever has this id or e-mail address; the caller holds the workspace's lock."""
    say("Erasing from the lake…")
    gone = forget_person(Lake(workspace.lake), [term])
    done = Erasure(lake_rows=dict(gone.rows))
    say("Erasing from the ledger…")
    for path in sorted((workspace.ledger / "nights").glob("*/*.parquet")):
        done.ledger_rows += scrub(path, gone.terms)
    scrub_configuration(workspace.ledger, gone.terms)
    done.still_named_in = [
        name for name in _NAMING if (own := workspace.home / name).is_file() and _without(own, gone.terms) is not None
    ]
    publishers = publishers_of(workspace)
    current = publishers[0].current()
    if current is not None:
        done.published = _publish_again(workspace, manifest.load_manifest(workspace.ledger, current), say)
    else:  # nobody knows which night this is, so it can't be built again without them
        workspace.warehouse.unlink(missing_ok=True)
    for publisher in publishers:
        for night_id in publisher.nights():
            if night_id != done.published:
                publisher.discard(night_id)
                done.publications_removed.append(night_id)
    done.publications_removed = sorted(set(done.publications_removed))
    prune_builds(workspace.builds, [])
    # Logs hold no payload, but dbt's compiled files and the last night's noise may quote a value.
    shutil.rmtree(workspace.logs / "dbt", ignore_errors=True)
    (workspace.logs / "last_night.out").unlink(missing_ok=True)
    return done


def _publish_again(workspace: Workspace, night: Manifest, say: Say) -> str:
    """The current night without the person, under a new name, so that no reader holds on to the old one."""
    again = replace(night, night_id=manifest.new_night_id(night.as_of, f"f{datetime.now(UTC):%H%M%S%f}"))
    config = manifest.night_folder(workspace.ledger, night.night_id) / "config"
    manifest.save_manifest(workspace.ledger, again, config)
    files = BuildFiles(workspace.builds / again.night_id)
    build_night(workspace, again, files, say)
    say("Publishing…")
    publish(publishers_of(workspace), files.marts, again.night_id)
    before = manifest.load_record(workspace.ledger, night.night_id)
    kept = {name: before[name] for name in ("connections", "held", "concerns", "baselines") if name in before}
    manifest.save_record(workspace.ledger, again.night_id, started_at=datetime.now(UTC), ended_at=datetime.now(UTC),
                         as_of=night.as_of, rebuilt_from=night.night_id, **kept)  # fmt: skip
    append_ledger(workspace.ledger, workspace.warehouse, again.night_id)
    return again.night_id


def scrub_configuration(ledger: Path, terms: tuple[str, ...]) -> None:
    """Take the person out of the copies of teams.csv, waivers.csv and targets.csv that past nights keep."""
    for name in _NAMING:
        for path in sorted((ledger / "nights").glob(f"*/config/{name}")):
            text = _without(path, terms)
            if text is not None:
                write_atomically(path, text.encode())


def _without(path: Path, terms: tuple[str, ...]) -> str | None:
    """A waiver keeps its line: what it lifts was lifted, whoever gave it."""
    if path.name == manifest.TEAMS_FILE:
        return teams.without(path, terms)
    if path.name == manifest.TARGETS_FILE:
        return targets.without(path, terms)
    return waivers.without(path, terms, FORGOTTEN)


def scrub(path: Path, terms: tuple[str, ...]) -> int:
    """Replace every text of a ledger file that names the person; how many rows had one."""
    with duckdb.connect() as connection:
        columns = connection.execute("describe select * from read_parquet(?)", [str(path)]).fetchall()
        patterns = {
            name: pattern for name, kind, *_ in columns if kind == "VARCHAR" and (pattern := _names(name, terms))
        }
        named = {name: f'coalesce(regexp_matches("{name}", ?), false)' for name in patterns}
        if not named:
            return 0
        source = "read_parquet(?)"
        where = " or ".join(named.values())
        found = connection.execute(
            f"select count(*) from {source} where {where}", [str(path), *patterns.values()]
        ).fetchone()
        if not found or not found[0]:
            return 0
        chosen = ", ".join(
            f'case when {named[name]} then \'{FORGOTTEN}\' else "{name}" end as "{name}"'
            if name in named
            else f'"{name}"'
            for name, *_ in columns
        )
        draft = path.with_name(f".{path.name}.new")
        target = str(draft).replace("'", "''")
        connection.execute(
            f"copy (select {chosen} from {source}) to '{target}' (format parquet)", [*patterns.values(), str(path)]
        )
        draft.replace(path)
        return int(found[0])


def _names(column: str, terms: tuple[str, ...]) -> str | None:
    """A regular expression that finds the person in a column. A bare number is a person's only where people stand;
    elsewhere it may be a deal's.
    """
    fitting = [term for term in terms if not term.isdigit() or _OF_PEOPLE.search(column)]
    if not fitting:
        return None
    # Bounded by other characters than a name's own, so that ann@x.org isn't found in joann@x.org.
    listed = "|".join(re.escape(term) for term in fitting)
    return f"(?i)(^|[^a-z0-9_.+-])({listed})($|[^a-z0-9_])"
