"""Asking for the associations of up to a thousand objects, each to its last page.

Here belongs one batch. Which objects are asked is whose.py's, what becomes of the answers associations.py's.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from connectors.hubspot.api import HubSpotApi
from connectors.hubspot.catalogue import Pair


def links(api: HubSpotApi, pair: Pair, ids: Sequence[str]) -> dict[str, dict[str, Any]]:
    """HubSpot's result for each object that has associations, further pages joined into its list."""
    path = f"/crm/v4/associations/{pair.source}/{pair.target}/batch/read"
    whole: dict[str, dict[str, Any]] = {}
    inputs: list[dict[str, str]] = [{"id": identity} for identity in ids]
    asked: set[tuple[str, str]] = set()
    while inputs:
        results = api.associations(pair, inputs)
        inputs = []
        for result in results:
            identity, to, after = _parts(result)
            if identity is None:
                raise api.bad(path, "gave associations without saying of what")
            whole.setdefault(identity, {"from": result["from"], "to": []})["to"] += to
            if after is None:
                continue
            if (identity, after) in asked:
                raise api.bad(path, f"repeats the page after {after!r} of {identity}")
            asked.add((identity, after))
            inputs.append({"id": identity, "after": after})
    return whole


def _parts(result: Mapping[str, Any]) -> tuple[str | None, list[Any], str | None]:
    """The object's id, its associations, and the cursor of the rest."""
    source, to, paging = result.get("from"), result.get("to"), result.get("paging")
    identity = source.get("id") if isinstance(source, Mapping) else None
    following = paging.get("next") if isinstance(paging, Mapping) else None
    after = following.get("after") if isinstance(following, Mapping) else None
    return (
        None if identity is None else str(identity),
        to if isinstance(to, list) else [],
        None if after in (None, "") else str(after),
    )
