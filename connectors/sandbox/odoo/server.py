"""Starting simulated Odoo servers.

What is answered stands in `app`; the handle that demos and tests hold is `connectors.sandbox.handle`'s.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import replace

from connectors.sandbox.handle import Sandbox
from connectors.sandbox.odoo.app import App
from connectors.sandbox.odoo.knobs import Knobs
from connectors.sandbox.odoo.world import Database
from connectors.sandbox.organisation import Organisation
from connectors.sandbox.world import KEPT_STORIES


def start_sandbox(
    accounts: Mapping[str, Organisation],
    knobs: Knobs | None = None,
    *,
    port: int = 0,
    clock: Callable[[], float] = time.monotonic,
    keep: int = KEPT_STORIES,
) -> Sandbox[Database]:
    """Serve each organisation as the database of its key, on a free loopback port unless one is given.

    `clock` (seconds) drives transactions that commit late. `keep` deals of each database stay in memory (15 kB each).
    """
    knobs = knobs or Knobs()
    databases = {token: Database(organisation, replace(knobs), clock, keep) for token, organisation in accounts.items()}
    return Sandbox(App(databases, knobs.version), port)
