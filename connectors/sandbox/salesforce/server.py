"""Starting simulated Salesforce orgs.

What is answered stands in `app`; the handle that demos and tests hold is `connectors.sandbox.handle`'s.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import replace

from connectors.sandbox.handle import Sandbox
from connectors.sandbox.organisation import Organisation
from connectors.sandbox.salesforce.app import App
from connectors.sandbox.salesforce.knobs import Knobs
from connectors.sandbox.salesforce.org import Org
from connectors.sandbox.world import KEPT_STORIES


def start_sandbox(
    accounts: Mapping[str, Organisation],
    knobs: Knobs | None = None,
    *,
    port: int = 0,
    clock: Callable[[], float] = time.monotonic,
    keep: int = KEPT_STORIES,
) -> Sandbox[Org]:
    """Serve each organisation as an org on a free loopback port unless one is given.

    An org's token is the client secret of its connected app and its first refresh token; as a bearer token it is a
    session that never ends. `clock` (seconds) drives the other sessions and late rows.
    """
    each = {
        token: Org(organisation, replace(knobs or Knobs()), clock, keep) for token, organisation in accounts.items()
    }
    return Sandbox(App(each, clock), port)
