"""One night: its state from the first step to the last, and the steps themselves, without Dagster.

Here belong the order of things inside a step and what one step leaves for the next. Showing steps to Dagster is
`assets/`'s work; each step's own craft is in the module that `orchestration/__init__.py` names.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from connectors.contract import Clock, SyncOutcome
from connectors.lake import Lake
from connectors.registry import open_connector
from connectors.sync import sync_connection
from expectations import audit, compliance, gate
from expectations.compile import reference_tables
from expectations.rules import CheckResult
from orchestration import checking, lock, logs, manifest
from orchestration.build import BuildFiles, LiveFiles, prune_builds, write_inputs
from orchestration.idle_targets import idle_targets
from orchestration.idle_waivers import idle_waivers
from orchestration.ledger import append_ledger, complete_ledger, published_before
from orchestration.manifest import ConnectionReading, Manifest
from orchestration.publish.interface import Publisher
from orchestration.publish.publication import open_publishers, prune, publish
from orchestration.readings import fall_back, last_good, outcomes_of, outcomes_told, read_to
from orchestration.settings import Workspace
from orchestration.syncing import Assignment, sync_all, unreadable, without_name
from orchestration.transform import STAGING_SELECTION, DbtHome, project_folder

Say = Callable[[str], None]
"""Where progress lines for people go."""


def silent(_line: str) -> None:
    """Progress for nobody."""


def publishers_of(workspace: Workspace) -> list[Publisher]:
    """The publishers that plumbline.yml names."""
    own = {"duckdb": workspace.published, "parquet": workspace.published / "parquet"}
    return open_publishers(
        [(p.kind, workspace.home / p.path if p.path else own[p.kind]) for p in workspace.company.publishers]
    )


def dbt_home_of(workspace: Workspace, name: str = "tonight") -> DbtHome:
    """Where dbt works for this workspace."""
    return DbtHome(workspace.dbt_project, workspace.dbt_target, workspace.logs, workspace.builds / name)


@dataclass
class Night:
    """What the steps of one night share. `as_of` is the only present that any of them knows."""

    workspace: Workspace
    night_id: str
    as_of: datetime
    clock: Clock
    only: Collection[str] = ()
    accept_fall: Collection[str] = ()
    say: Say = silent
    latest: dict[str, SyncOutcome] = field(default_factory=dict)
    history: dict[str, list[SyncOutcome]] = field(default_factory=dict)
    readings: list[ConnectionReading] = field(default_factory=list)
    live_files: LiveFiles = field(default_factory=dict)
    held: dict[str, list[str]] = field(default_factory=dict)
    concerns: list[str] = field(default_factory=list)
    baselines: dict[str, int] = field(default_factory=dict)
    baselines_before: dict[str, int] = field(default_factory=dict)
    ledger_read_at: datetime | None = None
    """By the clock on the wall, whatever moment the night is as of."""

    @classmethod
    def begin(
        cls,
        workspace: Workspace,
        run_id: str,
        as_of: datetime | None,
        *,
        only: Collection[str] = (),
        accept_fall: Collection[str] = (),
        say: Say = silent,
    ) -> Night:
        """Take the workspace, complete what a crash left out, and name the night.

        `accept_fall` names connections whose records an operator says are really gone: no floor holds them tonight.
        """
        lock.acquire(workspace.lock, "a night")
        try:
            workspace.load_all()  # a wrong file is told before anything is read
            moment = as_of or datetime.now(UTC)
            night = cls(workspace, manifest.new_night_id(moment, run_id), moment, _clock(as_of), only, accept_fall, say)
            logs.stamp(night.night_id)
            manifest.bury_unfinished(workspace.ledger)
            current = publishers_of(workspace)[0].current()
            if complete_ledger(workspace.ledger, workspace.warehouse, current):
                say(f"Completed the ledger of {current}, which an earlier run had left out.")
            night.ledger_read_at = datetime.now(UTC)
            manifest.save_record(workspace.ledger, night.night_id, state="running", started_at=datetime.now(UTC),
                                 as_of=moment)  # fmt: skip
            return night
        except BaseException:
            lock.release(workspace.lock)
            raise

    @property
    def files(self) -> BuildFiles:
        """The build under construction."""
        return BuildFiles(self.workspace.builds / self.night_id)

    def sync(self) -> list[SyncOutcome]:
        """Read every connection (or those asked for); a failing one costs the others nothing."""
        lake = Lake(self.workspace.lake)
        settings = self.workspace.connections
        wanted = [s for name, s in settings.items() if not self.only or name in self.only]

        def sync_one(name: str, check_time: Callable[[], None]) -> SyncOutcome:
            connector = open_connector(
                self.workspace.to_be_read(settings[name]),
                env=self.workspace.environment(),
                clock=self.clock,
                workspace=self.workspace.home,
            )
            try:
                return sync_connection(
                    connector,
                    lake,
                    clock=self.clock,
                    max_minutes=settings[name].max_minutes,
                    on_batch=lambda *_: check_time(),
                    accept_fall=name in self.accept_fall,
                    sweep_every=timedelta(days=settings[name].compare_ids_days),
                )
            finally:
                connector.close()

        for name in settings:
            self.history[name] = outcomes_of(lake.sync_rows(name))
            if name not in {s.name for s in wanted} and self.history[name]:
                self.latest[name] = self.history[name][-1]
        assignments = [Assignment(s.name, s.kind, s.max_minutes) for s in wanted]
        outcomes = sync_all(assignments, sync_one, clock=self.clock, on_done=self._synced)
        self.latest.update({outcome.connection: outcome for outcome in outcomes})
        return outcomes

    def _synced(self, outcome: SyncOutcome) -> None:
        if outcome.state == "stale":
            error = without_name(outcome.connection, outcome.error or "nobody said why")
            self.concerns.append(f"{outcome.connection} is stale: {error}")
            self.say(f"  {outcome.connection}: stale. {error}")
            return
        rows = sum(stream.rows_read for stream in outcome.streams)
        seconds = sum(stream.seconds for stream in outcome.streams)
        self.say(f"  {outcome.connection}: {outcome.state}, {rows:,} rows in {seconds:.1f} s")
        if closed := unreadable(outcome):
            reasons = "; ".join(dict.fromkeys(without_name(outcome.connection, said) for said in closed.values()))
            words = f"{', '.join(closed)} can't be read, so what rests on them is unknown: {reasons}"
            self.say(f"    {words}")
            before = last_good(self.history[outcome.connection])
            # A right that is lost is news for the operator; one that was never given may be meant so.
            if before is not None and set(closed) - set(unreadable(before)):
                self.concerns.append(f"{outcome.connection}: {words}")

    def prepare(self) -> None:
        """Settle the watermarks and put all that dbt reads into a new build file."""
        self.readings = [
            read_to(name, s.kind, self.latest.get(name), self.history.get(name, ()))
            for name, s in self.workspace.connections.items()
        ]
        # Resolved once: what is added to the lake from now on is another night's.
        self.live_files = Lake(self.workspace.lake).live_files()
        self.files.begin()
        dbt_home_of(self.workspace).point_at(self.files.folder)
        self._write_inputs()

    def _write_inputs(self) -> None:
        write_night_inputs(self.workspace, self.files, self.manifest(), self.live_files, self.workspace.ledger)

    def manifest(self) -> Manifest:
        """The night as it stands."""
        ledger_nights = manifest.night_ids(self.workspace.ledger)
        return Manifest(
            night_id=self.night_id,
            as_of=self.as_of,
            readings=tuple(self.readings),
            outcomes=tuple(outcomes_told(self.readings, self.latest, self.history)),
            config_hashes=manifest.hash_config(self.workspace.home),
            ledger_read_to=ledger_nights[-1] if ledger_nights else "",
            ledger_read_at=self.ledger_read_at,
            code_version=manifest.code_version(),
        )

    def gate(self) -> list[CheckResult]:
        """Judge the canonical tables, connection by connection."""
        frames = checking.fetch(self.files, gate.QUERIES)
        previous = manifest.last_published(self.workspace.ledger)
        before = manifest.load_record(self.workspace.ledger, previous.night_id) if previous else {}
        self.baselines_before = before.get("baselines", {})
        floors = {name: rows for name, rows in self.baselines_before.items() if name not in self.accept_fall}
        results = gate.run_gate(frames, floors, self.workspace.connections, self.workspace.company.hold)
        self.baselines = gate.baselines(frames)
        checking.raise_broken(results)
        return results

    def compliance(self) -> list[CheckResult]:
        """Which deals skip which step."""
        frames = checking.fetch(self.files, {"results": compliance.QUERY})
        results = compliance.run_compliance(frames["results"], self.workspace.process)
        checking.raise_broken(results)
        unread = [reading.connection for reading in self.readings if reading.watermark is None]
        for idle in (
            *idle_waivers(self.workspace, self.files.marts, unread),
            *idle_targets(self.workspace, self.files.marts, unread),
        ):
            self.concerns.append(idle)
            self.say(f"  {idle}")
        return results

    def audit(self) -> list[CheckResult]:
        """Whether the build agrees with itself."""
        results = audit.run_audit(checking.fetch(self.files, audit.QUERIES))
        checking.raise_broken(results)
        return results

    def hold(self, reasons: Mapping[str, Sequence[str]]) -> None:
        """Take these connections back to their last good place, and build staging once more."""
        previous = manifest.last_published(self.workspace.ledger)
        for name, reason in reasons.items():
            self.held[name] = [without_name(name, words) for words in reason]
            self.concerns.append(f"{name} is held: {'; '.join(self.held[name])}")
            self.say(f"  {name}: held. {'; '.join(self.held[name])}")
        # A held connection's floor stays that of its last good night, else a bad night would become the measure.
        kept = {name: rows for name, rows in self.baselines_before.items() if name in reasons}
        self.baselines = {**{n: rows for n, rows in self.baselines.items() if n not in reasons}, **kept}
        self.readings = [fall_back(r, previous) if r.connection in reasons else r for r in self.readings]
        self._write_inputs()
        dbt_home_of(self.workspace).run(["run", "--select", *STAGING_SELECTION.split()])

    def settle(self) -> None:
        """The watermarks are final: write the manifest."""
        manifest.save_manifest(self.workspace.ledger, self.manifest(), self.workspace.home)

    def publish(self) -> None:
        """Give the night to its readers."""
        publish(publishers_of(self.workspace), self.files.marts, self.night_id)

    def close(self) -> dict[str, int]:
        """Append the ledger from the published file, forget old builds and publications, give the workspace back."""
        rows = append_ledger(self.workspace.ledger, self.workspace.warehouse, self.night_id)
        states = {r.connection: r.state for r in self.readings}
        manifest.save_record(self.workspace.ledger, self.night_id, ended_at=datetime.now(UTC), connections=states,
                             held=self.held, concerns=self.concerns, baselines=self.baselines)  # fmt: skip
        prune(publishers_of(self.workspace), self.workspace.company.retention.publications)
        prune_builds(self.workspace.builds, [self.night_id])
        dbt_home_of(self.workspace).tidy()
        lock.release(self.workspace.lock)
        return rows

    def fail(self, error: str) -> None:
        """Write down that the night came to nothing and why; readers keep the night before."""
        manifest.save_record(self.workspace.ledger, self.night_id, state="failed", ended_at=datetime.now(UTC),
                             error=error, held=self.held, concerns=self.concerns)  # fmt: skip
        lock.release(self.workspace.lock)


def write_night_inputs(
    workspace: Workspace, files: BuildFiles, night: Manifest, live_files: LiveFiles, ledger: Path
) -> None:
    """Compile the reference tables of a manifest and write all of dbt's input; the same for a night and its replay.

    `workspace` is read for its files alone: a replay's are the copies that the night kept.
    """
    watermarks = {reading.connection: reading.watermark for reading in night.readings}
    held = [reading.connection for reading in night.readings if reading.state == "held"]
    frames = reference_tables(
        workspace.process, workspace.company, workspace.connections, night.outcomes, night.as_of, night.night_id,
        watermarks=watermarks, held=held, teams=workspace.teams, waivers=workspace.waivers.given,
        targets=workspace.targets.given,
    )  # fmt: skip
    write_inputs(files, project_folder(), frames, live_files, watermarks, published_before(ledger, night))


def _clock(as_of: datetime | None) -> Clock:
    """With a given as_of the whole night happens at that moment; else time goes on."""
    if as_of is None:
        return lambda: datetime.now(UTC)
    moment = as_of
    return lambda: moment
