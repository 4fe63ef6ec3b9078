"""What a person wants to know before the first night: who we are there, what may be read, what it will cost.

Here belong the lines of `--probe` and `plumbline check`. They read one row of each object and nothing more.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from connectors.contract import ConnectorError, CredentialsError, MissingScopeError, QuotaExhausted, Unreachable
from connectors.hubspot.api import HubSpotApi
from connectors.hubspot.catalogue import Catalogue
from connectors.hubspot.search import total


def probe_lines(api: HubSpotApi, catalogue: Catalogue) -> list[str]:
    """Lines for people. Raises what makes a night impossible: wrong credentials, an unreachable host, no deals."""
    lines = [_who(api)]
    deals = total(api, "deals")
    kind = catalogue.objects["deals"]
    lines.append(f"deals: {deals:,} live; the first sync takes about {-(-deals // kind.page_size):,} calls for them")
    lines += [f"deals: {note}" for note in _absent(api, catalogue)]
    lines.append(f"pipelines: {len(api.pipelines())} readable")
    lines.append(_right("owners", partial(api.owners, None, archived=False)))
    objects = [name for name in catalogue.objects if name != "deals"]
    lines += [_right(name, partial(api.list_ids, name, None, limit=1)) for name in objects]
    lines += [
        _right(f"{pair.source} to {pair.target}", partial(api.associations, pair, [{"id": "1"}]))
        for pair in catalogue.pairs.values()
    ]
    lines.extend(_quota(api))
    return lines


def _who(api: HubSpotApi) -> str:
    try:
        account = api.account()
    except (CredentialsError, Unreachable, QuotaExhausted):
        raise
    except ConnectorError as error:
        return f"account: not told ({_without_place(api, error)})"
    return (
        f"account: HubSpot portal {account.get('portalId')} ({account.get('accountType', 'type not told')}), "
        f"time zone {account.get('timeZone')}, currency {account.get('companyCurrency')}"
    )


def _absent(api: HubSpotApi, catalogue: Catalogue) -> Iterator[str]:
    kind = catalogue.objects["deals"]
    try:
        known = api.property_names("deals")
    except MissingScopeError as error:
        yield f"could not check whether the properties exist ({_without_place(api, error)})"
        return
    for name in dict.fromkeys((*kind.properties, *kind.history)):
        if name not in known:
            yield f"there is no property {name!r}, or the token may not read it; correct `fields` in connections.yml"


def _right(what: str, ask: Callable[[], Any]) -> str:
    try:
        ask()
    except MissingScopeError as error:
        return f"{what}: NOT readable; what rests on it will be unknown ({_without_place(api=None, error=error)})"
    return f"{what}: readable"


def _quota(api: HubSpotApi) -> Iterator[str]:
    quota = api.session.quota
    if quota.remaining is None:
        yield "quota: HubSpot did not tell what is left of the day"
    else:
        kept = f"{quota.reserve:,} are kept for your other apps"
        yield f"quota: {quota.remaining:,} of {quota.limit or 0:,} calls left today, of which {kept}"


def _without_place(api: HubSpotApi | None, error: ConnectorError) -> str:
    text = str(error)
    return text.split(": ", 2)[-1] if api is None else text.removeprefix(f"{api.session.account}: ")
