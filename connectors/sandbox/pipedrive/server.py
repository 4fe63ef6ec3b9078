"""Starting simulated Pipedrive accounts.

What is answered stands in `app`; the handle that demos and tests hold is `connectors.sandbox.handle`'s.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import replace

from connectors.sandbox.handle import Sandbox
from connectors.sandbox.organisation import Organisation
from connectors.sandbox.pipedrive.app import App
from connectors.sandbox.pipedrive.company import Company
from connectors.sandbox.pipedrive.knobs import Knobs
from connectors.sandbox.world import KEPT_STORIES


def start_sandbox(
    accounts: Mapping[str, Organisation],
    knobs: Knobs | None = None,
    *,
    port: int = 0,
    clock: Callable[[], float] = time.monotonic,
    keep: int = KEPT_STORIES,
) -> Sandbox[Company]:
    """Serve each organisation as the account of its API token, on a free loopback port unless one is given.

    `clock` (seconds) drives the limits and the day's tokens, late rows, and the life of cursors and access tokens.
    `keep` stories of each account stay in memory (4 kB each); a whole account kept answers several times faster.
    """
    each = {
        token: Company(organisation, replace(knobs or Knobs()), clock, keep) for token, organisation in accounts.items()
    }
    return Sandbox(App(each, clock), port)
