"""Starting simulated HubSpot portals.

What is answered stands in `app`; the handle that demos and tests hold is `connectors.sandbox.handle`'s.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import replace

from connectors.sandbox.handle import Sandbox
from connectors.sandbox.hubspot.app import App
from connectors.sandbox.hubspot.knobs import Knobs
from connectors.sandbox.hubspot.portal import Portal
from connectors.sandbox.organisation import Organisation
from connectors.sandbox.world import KEPT_STORIES


def start_sandbox(
    portals: Mapping[str, Organisation],
    knobs: Knobs | None = None,
    *,
    port: int = 0,
    clock: Callable[[], float] = time.monotonic,
    keep: int = KEPT_STORIES,
) -> Sandbox[Portal]:
    """Serve each organisation as the portal of its bearer token, on a free loopback port unless one is given.

    `clock` (seconds) drives the rate limits, the search's lag, late rows and the life of access tokens.
    `keep` stories of each portal stay in memory (4 kB each); a whole portal kept answers several times faster.
    """
    each = {
        token: Portal(organisation, replace(knobs or Knobs()), clock, keep) for token, organisation in portals.items()
    }
    return Sandbox(App(each, clock), port)
