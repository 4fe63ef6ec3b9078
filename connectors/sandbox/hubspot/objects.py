"""Lists, single objects and batch reads of deals, activities and documents."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any, Final

from connectors.sandbox.hubspot.associations import targets
from connectors.sandbox.hubspot.errors import invalid, not_found
from connectors.sandbox.hubspot.portal import Portal
from connectors.sandbox.hubspot.render import activity_fields, deal, document_fields, small
from connectors.sandbox.hubspot.words import BASE, PLURAL, SINGULAR, iso, locate
from connectors.sandbox.model import Activity
from connectors.sandbox.wire import Answer

MOST: Final = 100
MOST_WITH_HISTORY: Final = 50


def show(
    portal: Portal, kind: str, identifier: int, wanted: Sequence[str] = (), with_history: Sequence[str] = ()
) -> dict[str, Any]:
    """One object as JSON."""
    index, place = locate(kind, identifier)
    if kind == "deals":
        return deal(portal.story(index), portal.crew, wanted, with_history)
    thing = portal.thing(kind, index, place)
    if thing is None:
        raise not_found(f"{kind}/{identifier}")
    if isinstance(thing, Activity):
        return small(activity_fields(thing, portal.crew, portal.now), identifier, wanted)
    return small(document_fields(thing), identifier, wanted)


def names(text: str | None) -> tuple[str, ...]:
    """A comma-separated list of properties."""
    return tuple(name for name in (text or "").split(",") if name)


def page_size(limit: str | None, usual: int, most: int) -> int:
    """The page size asked for, refused beyond the most."""
    if limit is None:
        return min(usual, most)
    if not limit.isdigit() or not 1 <= int(limit) <= most:
        raise invalid(f"Invalid limit {limit}: it must be between 1 and {most}")
    return int(limit)


def listing(portal: Portal, kind: str, query: dict[str, str]) -> Answer:
    """One page of all objects of a kind, by ascending id."""
    with_history = names(query.get("propertiesWithHistory"))
    limit = page_size(query.get("limit"), 10, MOST_WITH_HISTORY if with_history else MOST)
    after = query.get("after", "0")
    if not after.isdigit():
        raise invalid(f"Unable to parse value for url parameter after: {after}")
    archived = query.get("archived", "false") == "true"
    if portal.knobs.empty:
        return Answer(200, {"results": []})
    found = list(islice(_visible(portal, kind, int(after), archived=archived), limit + 1))
    wanted = names(query.get("properties"))
    results = [show(portal, kind, identifier, wanted, with_history) for identifier in found[:limit]]
    for name in names(query.get("associations")):
        _attach(portal, kind, name, found, results)
    body: dict[str, Any] = {"results": results}
    if len(found) > limit:
        following = after if portal.knobs.repeat_cursor and after != "0" else str(found[limit - 1])
        link = f"/crm/v3/objects/{kind}?after={following}"
        body["paging"] = {"next": {"after": following, "link": link}}
    return Answer(200, body)


def _visible(portal: Portal, kind: str, after: int, *, archived: bool) -> Iterator[int]:
    for identifier in portal.ids(kind, after):
        if portal.is_archived(kind, identifier) == archived and not portal.is_late(identifier):
            yield identifier


def _attach(portal: Portal, kind: str, name: str, found: list[int], results: list[dict[str, Any]]) -> None:
    to = name if name in SINGULAR else PLURAL.get(name, "")
    if not to:
        raise invalid(f"Unable to infer object type from: {name}")
    word = f"{SINGULAR[kind]}_to_{SINGULAR[to]}"
    for identifier, result in zip(found, results, strict=False):
        linked = [{"id": str(other), "type": word} for other in targets(portal, kind, to, identifier)]
        if linked:
            result.setdefault("associations", {})[to] = {"results": linked}


def one(portal: Portal, kind: str, text: str, query: dict[str, str]) -> Answer:
    """One object by id; a deal that was merged away answers with its survivor."""
    identifier = resolve(portal, kind, text)
    archived = query.get("archived", "false") == "true"
    if identifier is None or portal.is_archived(kind, identifier) != archived:
        raise not_found(f"{kind}/{text}")
    wanted, with_history = names(query.get("properties")), names(query.get("propertiesWithHistory"))
    return Answer(200, show(portal, kind, identifier, wanted, with_history))


def resolve(portal: Portal, kind: str, text: str) -> int | None:
    """The id that answers for an id, or None where there is nothing."""
    if not text.isdigit() or int(text) < BASE[kind]:
        return None
    identifier = int(text)
    index = locate(kind, identifier)[0]
    if kind == "deals" and index < portal.deals and portal.story(index).merged_into is not None:
        identifier = BASE[kind] + portal.survivor(index)
    return identifier if portal.exists(kind, identifier) else None


def batch_read(portal: Portal, kind: str, body: dict[str, Any], query: dict[str, str]) -> Answer:
    """Up to 100 objects by id (50 with history); ids that are gone come back as errors with HTTP 207."""
    inputs = body.get("inputs")
    if not isinstance(inputs, list):
        raise invalid("Invalid input JSON: inputs must be a list of objects with an id")
    with_history = tuple(body.get("propertiesWithHistory") or ())
    most = MOST_WITH_HISTORY if with_history else MOST
    if len(inputs) > most:
        raise invalid(f"The maximum number of inputs supported in a batch request is {most}")
    archived = query.get("archived", "false") == "true"
    wanted = tuple(body.get("properties") or ())
    results, gone = [], []
    for item in inputs:
        text = str(item.get("id"))
        identifier = resolve(portal, kind, text)
        if identifier is None or portal.is_archived(kind, identifier) != archived:
            gone.append(text)
        else:
            results.append(show(portal, kind, identifier, wanted, with_history))
    moment = iso(portal.now)
    answer: dict[str, Any] = {"status": "COMPLETE", "results": [] if portal.knobs.empty else results}
    answer |= {"startedAt": moment, "completedAt": moment}
    if not gone:
        return Answer(200, answer)
    message = f"Could not get some {SINGULAR[kind].upper()} objects, they may be deleted or not exist."
    problem = {"status": "error", "category": "OBJECT_NOT_FOUND", "message": message, "context": {"ids": gone}}
    return Answer(207, {**answer, "numErrors": 1, "errors": [problem]})
