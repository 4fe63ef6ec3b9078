"""Reading a simulated Pipedrive as an outsider would: plain HTTP, page by page, and walks put together from it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

import requests

from connectors.sandbox import Organisation
from connectors.sandbox.pipedrive.entry import connection_entry

Walk = list[tuple[str, datetime, datetime | None]]
ENTRY, _ = connection_entry("http://example.com", "t", "T")
KEYS = {
    (int(pipeline), int(stage)): key
    for pipeline, about in ENTRY["pipelines"].items()
    for stage, key in about["stages"].items()
}


class Browser:
    def __init__(self, url: str, token: str = "t") -> None:
        self.url, self.session = url, requests.Session()
        self.session.headers["x-api-token"] = token

    def get(self, path: str, **params: Any) -> requests.Response:
        return self.session.get(self.url + path, params=params, timeout=20)

    def data(self, path: str, **params: Any) -> Any:
        answer = self.get(path, **params)
        assert answer.status_code == 200, answer.text
        return answer.json()["data"]

    def every(self, path: str, **params: Any) -> Iterator[dict[str, Any]]:
        params = {"limit": 100, **params}
        while True:
            answer = self.get(path, **params)
            assert answer.status_code == 200, answer.text
            body = answer.json()
            yield from body["data"]
            params["cursor"] = body["additional_data"]["next_cursor"]
            if params["cursor"] is None:
                return

    def deals(self) -> dict[int, dict[str, Any]]:
        found = [*self.every("/api/v2/deals"), *self.every("/api/v2/deals/archived")]
        assert len({deal["id"] for deal in found}) == len(found)
        return {deal["id"]: deal for deal in found}

    def changes(self, deal_id: int) -> list[dict[str, Any]]:
        """Oldest first."""
        return list(self.every(f"/v1/deals/{deal_id}/changelog", limit=3))[::-1]


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def walk(deal: Mapping[str, Any], rows: list[dict[str, Any]]) -> Walk:
    """The stages that a deal stood in for longer than a second, from its rows about stage and status."""
    rows = [row for row in rows if row["field_key"] in ("stage_id", "status") and row["new_value"] != "deleted"]
    present = {"stage_id": str(deal["stage_id"]), "status": deal["status"]}
    first = {name: next((row["old_value"] for row in rows if row["field_key"] == name), present[name])
             for name in present}  # fmt: skip
    standing, at = dict(first), moment(deal["add_time"])
    found: list[tuple[str, datetime]] = []
    if first["stage_id"] is not None:
        found.append((_key(deal, standing), at))
    for row in rows:
        standing[row["field_key"]], at = row["new_value"], moment(row["time"])
        found = [visit for visit in found if visit[1] < at]
        key = _key(deal, standing)
        if not found or found[-1][0] != key:
            found.append((key, at))
    ends = [at for _, at in found[1:]]
    return [(key, at, end) for (key, at), end in zip(found, [*ends, None], strict=True)]


def _key(deal: Mapping[str, Any], standing: Mapping[str, str]) -> str:
    if standing["status"] in ("won", "lost"):
        return standing["status"]
    return KEYS.get((deal["pipeline_id"], int(standing["stage_id"])), "unmapped")


def told_walks(organisation: Organisation) -> dict[int, tuple[str, Walk]]:
    """Plot and walk of each story whose visits are binding, by deal id, to the second."""
    return {
        index + 1: (
            truth.plot,
            [
                (visit.stage_key, visit.entered_at.replace(microsecond=0), _second(visit.left_at))
                for visit in truth.visits
                if _second(visit.left_at) != visit.entered_at.replace(microsecond=0)
            ],
        )
        for index, truth in enumerate(organisation.truth())
        if truth.visits_certain and truth.whereabouts == "live"
    }


def _second(at: datetime | None) -> datetime | None:
    return None if at is None else at.replace(microsecond=0)
