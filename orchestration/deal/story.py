"""A deal's story: its path, each step's verdict with its evidence, what was found, what is owed.

Here keys become names and UTC the company's time. Reading is rows.py's, wording words.py's.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from orchestration.deal import words
from orchestration.deal.parts import Answer, DealStory, FindingTold, Owed, Piece, Rule, StepTold, Visit
from orchestration.deal.rows import DealRows, Row, read_deal


def tell(warehouse: Path, key: str, zone: ZoneInfo) -> DealStory:
    """The story of the deal that `key` means. Raises NoSuchDeal."""
    return _Teller(read_deal(warehouse, key), zone).story()


class _Teller:
    """Puts names in place of keys, and the company's time in place of UTC."""

    def __init__(self, rows: DealRows, zone: ZoneInfo) -> None:
        self.rows, self.zone = rows, zone
        newest = sorted(rows.parts.get("stages", []), key=lambda row: int(row["process_version"]))
        self.stages = {row["stage_key"]: row["stage_name"] for row in newest}
        self.waivers = {row["waiver_id"]: row for row in rows.parts.get("waivers", [])}

    def story(self) -> DealStory:
        deal = self.rows.deal
        judged = bool(deal["is_judged_now"])
        without = words.rate(deal.get("rate_low_without_waivers"), deal.get("rate_high_without_waivers"))
        rate = words.rate(deal["rate_low"], deal["rate_high"])
        return DealStory(
            key=deal["deal_key"],
            name=deal["deal_name"] or deal["deal_id"],
            url=deal["deal_url"],
            deal_type=deal["deal_type"],
            amount=deal["amount"],
            currency=deal["currency"],
            owner=self._person(deal["owner_key"]),
            stage=self._stage(deal["stands_in"]),
            status=deal["status"],
            judged=judged,
            not_judged_because=None if judged else words.not_judged(deal["why_not"], deal),
            history_begins_late=bool(deal["is_truncated"]),
            judged_at=self._time(deal["judged_at"]),
            time_zone=self.zone.key,
            due=deal["due"] or 0,
            ok=deal["ok"] or 0,
            unknown=deal["unknown_steps"] or 0,
            rate=rate,
            rate_without_waivers=without if deal.get("waived_steps") else None,
            path=tuple(self._visit(row) for row in self._part("visits")),
            steps=tuple(self._step(row) for row in self._part("steps") if judged and row["reason"] != "not_in_force"),
            owed=tuple(self._owed(row) for row in self._part("owed")),
            findings=tuple(self._finding(row) for row in self._part("findings")),
            answers=tuple(self._answer(row) for row in self._part("responses")),
            rules=tuple(self._rule(row) for row in self._part("hygiene")),
            left_out={
                name: total - len(rows)
                for name in ("visits", "findings", "responses")
                if (rows := self._part(name)) and (total := int(rows[0]["total"])) > len(rows)
            },
        )

    def _part(self, name: str) -> list[Row]:
        return self.rows.parts.get(name, [])

    def _visit(self, row: Row) -> Visit:
        return Visit(
            stage=self._stage(row["stage_key"]),
            entered_at=self._time(row["entered_at"]),
            left_at=self._time(row["left_at"]),
            days=row["days"],
            moved_by=self._mover(row),
            precision=row["precision"],
            left_precision=row.get("left_precision"),
        )

    def _step(self, row: Row) -> StepTold:
        told = [piece for piece in self._part("evidence") if piece["step_key"] == row["step_key"]]
        found = [piece for piece in told if piece["what"] is not None]
        waiver = self.waivers.get(row.get("waiver_id"))
        return StepTold(
            key=row["step_key"],
            name=row["step_name"] or row["step_key"],
            why=row["why"],
            stage=self._stage(row["stage_key"]),
            mandatory=row["is_mandatory"],
            state=row["state"],
            verdict=words.verdict(
                row["state"],
                row.get("state_without_waiver"),
                held=bool(found),
                closed=self.rows.deal["status"] != "open",
            ),
            reason=words.reason(row["reason"]),
            left_stage_at=self._time(row["gate_at"]),
            left_only_the_day=row["is_gate_day"],
            was_in_stage=row["was_in_stage"],
            deadline_at=self._time(row["deadline_at"]),
            owner_then=self._person(row.get("owner_key_at_gate")),
            four_eyes=row.get("four_eyes"),
            evidence=tuple(self._piece(piece) for piece in found),
            more_evidence=int(told[0]["total"]) - len(told) if told else 0,
            looked_for=_first(piece["looked_for"] for piece in told),
            looked_where=_first(piece["looked_where"] for piece in told),
            waiver=None if waiver is None else words.waiver(waiver, self._person(waiver["given_by"]), self.zone),
        )

    def _piece(self, row: Row) -> Piece:
        return Piece(
            what=row["what"],
            happened_at=self._time(row["happened_at"]),
            only_the_day=row["is_day"],
            recorded_at=self._time(row["recorded_at"]),
            who=self._doer(row["done_by"]),
            url=row["url"],
            counted=row["is_counted"],
        )

    def _owed(self, row: Row) -> Owed:
        return Owed(
            key=row["step_key"],
            name=row["step_name"],
            stage=row["stage_name"],
            what_counts=row["what_counts"],
            until=self._time(row["owed_until"]),
        )

    def _finding(self, row: Row) -> FindingTold:
        return FindingTold(
            sentence=row["sentence"],
            kind=row["kind"],
            severity=row["severity"],
            since=self._time(row["since"]),
            days=row["days_open"],
            owner_then=self._person(row["owner_key_at_breach"]),
            moved_by=self._mover(row) if row["moved_by"] or row["moved_by_kind"] else None,
            owner_now=self._person(row["owner_key_now"]),
            asks=row["is_alert"],
            waived=bool(row.get("is_waived")),
        )

    def _answer(self, row: Row) -> Answer:
        return Answer(
            key=row["response_key"],
            state=row["state"],
            verdict=words.answer(row["state"]),
            set_off_at=self._time(row["activated_at"]),
            deadline_at=self._time(row["deadline_at"]),
            answered_at=self._time(row["answered_at"]),
            reason=words.reason(row["reason"]),
        )

    def _rule(self, row: Row) -> Rule:
        said = row["sentence"] or f"{row['rule_key'].replace('_', ' ')}: not known, {row['reason'] or 'no reason told'}"
        return Rule(key=row["rule_key"], state=row["state"], sentence=said, since=self._time(row["since"]))

    def _stage(self, key: str | None) -> str:
        name: str = self.stages.get(key or "") or words.OUTSIDE.get(key or "") or key or "no stage"
        return name

    def _person(self, key: str | None) -> str | None:
        return None if key is None else self.rows.names.get(key) or key

    def _doer(self, key: str | None) -> str | None:
        """Who did a piece of work: a person by name, else by the CRM's number, as with whoever moved the deal."""
        owner = None if key is None else self.rows.actors.get(key, key)
        is_told = owner is None or owner != key or owner in self.rows.names or "@" in owner or ":" in owner
        return self._person(owner) if is_told else words.mover(None, owner, None)

    def _mover(self, row: Row) -> str:
        actor = row["moved_by"]
        owner = self.rows.actors.get(actor, actor if actor in self.rows.names else None)
        return words.mover(self._person(owner), actor, row["moved_by_kind"])

    def _time(self, moment: datetime | None) -> datetime | None:
        return None if moment is None else moment.replace(tzinfo=UTC).astimezone(self.zone)


def _first(values: Iterable[Any]) -> Any:
    return next((value for value in values if value is not None), None)
