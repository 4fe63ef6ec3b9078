"""Random deals, drawn so that what matters meets: ties, the last second of a grace, a record a second too late.

`without` names features that stay out of the draw. Nothing here knows what the right verdicts are.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from tests.reference.days import local_day
from tests.reference.drawing_process import DOCUMENTS, KINDS, OUTCOMES, ROLES, STATUSES
from tests.reference.drawing_world import BEGIN, NUDGES, PEOPLE, Account
from tests.reference.owners import TEAMS
from tests.reference.process import Process
from tests.reference.rows import Activity, Contact, Deal, Document, FieldChange, StageChange

GAPS = (0, 0, 1, 30, 60, 61, 299, 300, 301, 4_000, 90_000, 90_000, 400_000, 400_000, 1_000_000)
DELAYS = (0, 0, 0, 0, 0, 1, 3_600, 7_200, 86_400, 86_401, 90_000, 172_800, 260_000, 900_000)
NO_NUMBER = "12 k"
"""An amount in its writer's eyes."""
VALUES = {
    "amount": ("0", "-5", "100", "12.50", "", NO_NUMBER),
    "budget": ("Yes", "no", "yes please", ""),
    "lost_reason": ("Price", "timing", "other"),
}
ACTORS = ("person", "person", "person", "unknown", "integration", "workflow")


def drawn_deals(rng: random.Random, count: int, accounts: Sequence[Account], process: Process, zone: ZoneInfo,
                without: frozenset[str], pipelines: Mapping[str, frozenset[str]]) -> Iterator[Deal]:  # fmt: skip
    """As many deals, spread over the accounts."""
    stages = [stage.stage_key for stage in process.versions[0].stages]
    types = frozenset(deal_type for version in process.versions for deal_type in version.deal_types)
    for n in range(count):
        deal = Draw(rng, rng.choice(accounts), stages, zone, without, pipelines).deal(f"d{n}")
        if deal.deal_type not in types:
            deal.unjudged_reason = "deal_type"
        yield deal


def stage_of(stage_id: str) -> str:
    """The stage of the process for one of the CRM's: `q.s2'` is the second s2 of the pipeline q."""
    return stage_id.rpartition(".")[2].rstrip("'")


def _pipeline_of(stage_id: str) -> str:
    return stage_id.rpartition(".")[0] or "p"


class Draw:
    """One deal in the making."""

    def __init__(
        self, rng: random.Random, account: Account, stages: Sequence[str], zone: ZoneInfo, without: frozenset[str],
        pipelines: Mapping[str, frozenset[str]],
    ) -> None:  # fmt: skip
        self.rng, self.account, self.stages, self.zone, self.without = rng, account, stages, zone, without
        self.pipelines = pipelines

    def chance(self, feature: str, share: float) -> bool:
        """Whether a feature is in this deal."""
        return self.rng.random() < share and feature not in self.without

    def deal(self, name: str) -> Deal:
        """The deal with its path and evidence."""
        walk = self._in_pipelines([self._native(stage) for stage in self._walk()])
        offsets = [0]
        for n in range(1, len(walk)):
            offsets.append(offsets[-1] + max(self.rng.choice(GAPS), self._least_gap(walk, offsets, n)))
        begin = self._begin(offsets)
        times = [begin + timedelta(seconds=offset) for offset in offsets]
        created = begin - timedelta(seconds=self.rng.choice((0, 0, 0, 0, 0, 59, 60)))
        if self.chance("truncated", 0.12):
            created = begin - timedelta(seconds=self.rng.choice((61, 90_000, 4_000_000)))
        deal = Deal(self.account.name, f"{self.account.name}:{name}", created, self.account.judged_at)
        by_day, some_by_day = self.chance("day_path", 0.08), self.chance("some_days", 0.05)
        for n, (stage, time) in enumerate(zip(walk, times, strict=True)):
            if n and walk[n - 1] == stage:
                continue  # the CRM tells of entries, and there is none into the stage where a deal already stands
            change = self._change(n, stage, time, by_day or (some_by_day and self.rng.random() < 0.4))
            if times.count(time) == 1 and not by_day and not some_by_day and self.chance("order_path", 0.02):
                change.precision, change.source = "order", "snapshot"  # what a reading found, at no moment of the path
                change.recorded_at = None
            deal.stage_changes.append(change)
        if self.chance("created_unknown", 0.02):
            deal.created_at = None
        if self.chance("deal_types", 0.1):
            deal.deal_type = "renewal"
        if self.chance("unjudged", 0.02):
            deal.unjudged_reason = "deleted"
        if self.chance("unclear", 0.05):
            deal.unclear_until = self.rng.choice(times) + timedelta(seconds=self.rng.choice((-1, 0, 1)))
        deal.stage_id, deal.pipeline_id = walk[-1], _pipeline_of(walk[-1])
        deal.owner_key = self.rng.choice((None, *TEAMS))
        deal.segment = self.rng.choice((None, "small", "large"))
        deal.field_changes += self._owners(times)
        self._evidence(deal, times)
        amounts = [c for c in deal.field_changes if c.field == "amount"]
        told = amounts[-1].value if amounts else self.rng.choice((None, "0.00", "50.00", "200.00"))
        deal.amount = None if told in ("", NO_NUMBER) else told
        deal.close_date = self.rng.choice(
            (None, *(deal.judged_at.date() + timedelta(days=n) for n in (-30, -1, 0, 1, 30)))
        )
        self.rng.shuffle(deal.stage_changes)
        return deal

    def _owners(self, times: list[datetime]) -> Iterator[FieldChange]:
        """Whose the deal was, as its history says, or as readings found it, or by days."""
        source = self.rng.choice(("history", "history", "snapshot"))
        by_day = self.chance("day", 0.2)
        for n in range(self.rng.choice((0, 0, 1, 2, 3))):
            time = self._moment(times)
            owner = "" if self.chance("freed", 0.05) else self.rng.choice((*TEAMS,))
            change = FieldChange(f"owner{n}", "owner", owner, time, self._recorded(time), source)
            if source == "snapshot":
                change.precision, change.recorded_at = "order", None
            elif by_day:
                change.changed_at, change.precision = self._midnight(time), "day"
            yield change

    def _least_gap(self, walk: list[str], offsets: list[int], n: int) -> int:
        """1 where a change must not come in the same moment as the one before."""
        if "tie_unmapped" in self.without and any(stage.startswith("unmapped") for stage in walk[n - 1 : n + 1]):
            return 1
        if "tie_return" in self.without and n > 1:  # two at a moment at most, and none that leads back
            return int(walk[n] == walk[n - 2] or offsets[-1] == offsets[-2])
        return 0

    def _begin(self, offsets: list[int]) -> datetime:
        """Any day, or so that the deal is judged within a moment that matters."""
        if self.rng.random() < 0.3:
            back = self.rng.choice(offsets) + max(0, self.rng.choice(NUDGES))
            return self.account.judged_at - timedelta(seconds=back)
        span = int((self.account.judged_at - BEGIN).total_seconds())
        return BEGIN + timedelta(seconds=self.rng.randrange(span))

    def _walk(self) -> list[str]:
        """Stages in the order in which they were entered: mostly forward, sometimes any."""
        stages = [*self.stages, "won"]
        place = 0 if not self.chance("born_late", 0.15) else self.rng.randrange(len(self.stages))
        walk = [stages[place]]
        for _ in range(self.rng.randint(0, 7)):
            turn = self.rng.random()
            if turn < 0.6:
                place = min(place + 1, len(stages) - 1)
            elif turn < 0.7 and "skip" not in self.without:
                place = min(place + 2, len(stages) - 1)
            elif turn < 0.85 and "backward" not in self.without:
                place = max(place - self.rng.randint(1, 2), 0)
            elif turn < 0.93 and "lost" not in self.without:
                walk.append("lost")
                if self.rng.random() < 0.4 or self.without & {"reopen", "reopen_lost"}:
                    return walk
                continue
            elif turn < 0.96 and "unmapped" not in self.without:
                walk.append("unmapped")
                continue
            elif turn < 0.98 and "odd_jump" not in self.without:
                place = self.rng.randrange(len(stages))
            walk.append(stages[place])
            if stages[place] == "won" and (self.rng.random() < 0.8 or "reopen" in self.without):
                return walk
        return walk

    def _native(self, stage: str) -> str:
        """Two of the CRM's stages may stand for one stage of the process."""
        return f"{stage}'" if self.chance("two_natives", 0.15) else stage

    def _in_pipelines(self, walk: list[str]) -> list[str]:
        """The walk in one pipeline, or begun in one and ended in another, without the stages that they lack."""
        if "pipelines" in self.without or self.rng.random() < 0.5:
            return walk
        begun, ended = self.rng.choices(sorted(self.pipelines), k=2)
        until = self.rng.randrange(2 * len(walk))
        places = [(begun if n < until else ended, stage) for n, stage in enumerate(walk)]
        found = [
            f"{pipeline}.{stage}"
            for pipeline, stage in places
            if stage_of(stage) in {*self.pipelines[pipeline], "won", "lost", "unmapped"}
        ]
        return found or walk

    def _change(self, n: int, stage_id: str, time: datetime, by_day: bool) -> StageChange:
        change = StageChange(f"{n:03}", stage_id, stage_of(stage_id), time, time, pipeline_id=_pipeline_of(stage_id))
        change.actor_id = self.rng.choice((None, "u1", "u2"))
        if by_day:
            change.entered_at, change.precision = self._midnight(time), "day"
        if n and self.chance("recorded_ahead", 0.01):
            change.recorded_at = self.account.judged_at + timedelta(days=1)
        if self.chance("imported", 0.03):
            change.actor_kind = "import"
        if self.chance("other_ids", 0.1):
            change.change_id = f"{self.rng.randrange(900, 1000)}{n}"
        return change

    def _evidence(self, deal: Deal, times: list[datetime]) -> None:
        for n in range(self.rng.randint(0, 5)):
            worked = [a.occurred_at for a in deal.activities if a.occurred_at is not None]
            deal.activities.append(self._activity(n, [*times, *worked]))
        for field in ("amount", "close_date", "budget", "lost_reason"):
            by_day = self.chance("day", 0.05)
            for n in range(self.rng.choice((0, 0, 1, 1, 2, 3))):
                change = self._field(field, n, times, by_day)
                if all(change.changed_at != other.changed_at for other in deal.field_changes if other.field == field):
                    deal.field_changes.append(change)
            if self.chance("undated", 0.08):
                self._forget(deal, field)
        for n in range(self.rng.randint(0, 2)):
            added = None if self.chance("undated", 0.1) else self._moment(times)
            contact = Contact(str(n), added, self.rng.choice((*ROLES, None)))
            if added is None:
                contact.precision = "order"
            elif self.chance("day", 0.15):
                contact.added_at, contact.precision = self._midnight(added), "day"
            deal.contacts.append(contact)
        for n in range(self.rng.randint(0, 2)):
            done = self._moment(times)
            status = None if self.chance("no_status", 0.3) else self.rng.choice(STATUSES)
            document = Document(str(n), self.rng.choice(DOCUMENTS), done, self._recorded(done), status)
            document.owner_key = self.rng.choice(PEOPLE)
            deal.documents.append(document)

    def _activity(self, n: int, times: list[datetime]) -> Activity:
        done = self._moment(times)
        activity = Activity(
            str(n), self.rng.choice(KINDS), done, self._recorded(done), self.rng.choice((*OUTCOMES, "completed")),
            self.rng.choice(("in", "out")), contact_count=self.rng.choice((0, 1, 2)),
        )  # fmt: skip
        activity.owner_key = self.rng.choice(self.account.writers)
        if self.chance("clock", 0.3):
            activity.started_at = done - timedelta(seconds=self.rng.choice((60, 3_600, 90_000)))
        if self.rng.random() < 0.7 or "no_subject" in self.without:
            activity.subject = self.rng.choice(("demo with the buyer", "pricing", "hello there"))
        if self.chance("no_outcome", 0.2):
            activity.outcome = None
        elif self.chance("planned", 0.1):
            activity.outcome = "planned"
        if self.chance("no_direction", 0.1):
            activity.direction = None
        if self.chance("no_contact_count", 0.1):
            activity.contact_count = None
        if self.chance("undated", 0.04):
            activity.occurred_at, activity.started_at, activity.precision = None, None, "order"
        elif self.chance("day", 0.15):
            activity.occurred_at, activity.precision = self._midnight(done), "day"
        return activity

    def _field(self, field: str, n: int, times: list[datetime], by_day: bool) -> FieldChange:
        time = self._moment(times)
        if field == "close_date":
            near = self.rng.choice(times) + timedelta(days=self.rng.choice((-20, -1, 0, 0, 1, 30)))
            value: str | None = str(near.date())
        else:
            value = self.rng.choice(VALUES[field])
        if self.chance("empty_field", 0.15):
            value = None
        change = FieldChange(f"{field}{n}", field, value, time, self._recorded(time))
        change.actor_id, change.actor_kind = self.rng.choice((None, "u1", "u2", "u3")), self.rng.choice(ACTORS)
        if by_day:
            change.changed_at, change.precision = self._midnight(time), "day"
        elif self.chance("order_field", 0.06):
            change.source, change.precision, change.recorded_at = "snapshot", "order", None
        return change

    def _forget(self, deal: Deal, field: str) -> None:
        """Of the field only the value is left, and nobody knows since when."""
        changes = [c for c in deal.field_changes if c.field == field]
        deal.field_changes = [c for c in deal.field_changes if c.field != field]
        for change in changes[-1:]:
            change.changed_at, change.recorded_at, change.source, change.precision = None, None, "snapshot", "order"
            deal.field_changes.append(change)

    def _moment(self, times: list[datetime]) -> datetime:
        """Near one of the moments of the path, mostly."""
        if self.rng.random() < 0.7:
            return self.rng.choice(times) + timedelta(seconds=self.rng.choice(NUDGES))
        return times[0] + timedelta(seconds=self.rng.randrange(-100_000, 3_000_000))

    def _recorded(self, done: datetime) -> datetime | None:
        if self.chance("backfilled", 0.4):
            recorded = done + timedelta(seconds=self.rng.choice(DELAYS))
            return min(recorded, max(done, self.account.judged_at)) if "recorded_after" in self.without else recorded
        return None if self.chance("recorded_unknown", 0.1) else done

    def _midnight(self, time: datetime) -> datetime:
        """Where a moment stands of which only the company's day is known."""
        return datetime.combine(local_day(time, self.zone), datetime.min.time())
