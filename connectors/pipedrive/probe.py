"""What a person wants to know before the first night: who we are there, what may be read, what is left of the day.

Here belong the lines of `--probe` and `plumbline check`. They read one page of each object and nothing more.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any

from connectors.contract import MissingScopeError
from connectors.pipedrive import costs
from connectors.pipedrive.api import Object, PipedriveApi
from connectors.pipedrive.dialect import Gone
from connectors.pipedrive.options import PipedriveOptions
from connectors.pipedrive.records import custom_keys

_MENDING = "an OAuth app needs the scope {scope}; a user's token a user who sees it"


def probe_lines(api: PipedriveApi, options: PipedriveOptions, params: Mapping[str, str]) -> list[str]:
    """Lines for people. Raises what makes a night impossible: wrong credentials, an unreachable host, no deals."""
    me = api.me()
    lines = [
        f"account: Pipedrive {me.get('company_name')} ({me.get('company_domain')}), as {me.get('name')}",
        *_rights(me),
    ]
    deals = api.page(costs.DEALS, params, None).things
    total = api.total(costs.SUMMARY)
    lines.append(f"deals: {total:,} not archived; every 500 cost 10 tokens, a deal's changelog 20")
    lines.append(f"pipelines: {len(api.whole(costs.PIPELINES))} readable, {len(api.whole(costs.STAGES))} stages")
    lines.append(_right("users", api.users, "users:read"))
    lines.append(_right("activities", partial(api.page, costs.ACTIVITIES, {}, None), "activities:read"))
    lines += _absent_fields(api, options)
    if deals:
        one = deals[0].get("id")
        lines.append(_right("changelog", partial(api.page, costs.CHANGELOG, {}, None, deal=one), "recents:read"))
        if options.participants:
            lines.append(
                _right("participants", partial(api.page, costs.PARTICIPANTS, {}, None, deal=one), "deals:read")
            )
        if options.products:
            ask = partial(api.page, costs.PRODUCTS, {"deal_ids": str(one)}, None)
            lines.append(_right("products", ask, "deals:read"))
        if options.mails:
            lines.append(_right("mails", lambda: api.mails(int(str(one))), "mail:read (or `mails: false` in options)"))
    lines.append(_quota(api))
    return lines


def _rights(me: Object) -> Iterator[str]:
    access = me.get("access")
    if not isinstance(access, list):
        return
    sales = [each for each in access if isinstance(each, Mapping) and each.get("app") == "sales"]
    if not any(each.get("admin") is True for each in sales):
        yield (
            "rights: no administrator of deals; deals that this user may not see are neither read nor counted. Take "
            "the token of a user who sees all deals, or give the visibility group that right"
        )


def _absent_fields(api: PipedriveApi, options: PipedriveOptions) -> Iterator[str]:
    try:
        known = {str(field.get("field_code")) for field in api.whole(costs.DEAL_FIELDS)}
    except MissingScopeError as error:
        yield f"deal fields: NOT readable ({error})"
        return
    for name in options.fields:
        if not known.issuperset(custom_keys([name])):
            yield f"deal fields: there is no field {name}; correct `fields` in connections.yml"


def _right(what: str, ask: Callable[[], Any], scope: str) -> str:
    try:
        ask()
    except MissingScopeError:
        return f"{what}: NOT readable, so what rests on it will be unknown; {_MENDING.format(scope=scope)}"
    except Gone:
        return f"{what}: not offered there, so what rests on it will be unknown"
    return f"{what}: readable"


def _quota(api: PipedriveApi) -> str:
    budget = api.budget
    if budget.remaining is None:
        own = f"; one night spends at most {budget.own_tokens:,}" if budget.own_tokens is not None else ""
        return f"tokens: Pipedrive did not tell what is left of the day{own} (options: daily_tokens)"
    return (
        f"tokens: {budget.remaining:,} of today's {budget.limit or 0:,} left, of which {budget.reserve:,} are kept for "
        "your other apps"
    )
