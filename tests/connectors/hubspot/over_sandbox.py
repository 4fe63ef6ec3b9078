"""A HubSpot connector that reads the simulated portal, for tests of what only a whole account shows."""

from __future__ import annotations

from datetime import timedelta

from connectors.hubspot.open import open_connector
from connectors.sandbox import DEFAULT_NOW, Organisation
from tests.connectors.hubspot.fake_hubspot import TOKEN, settings

HOUR = timedelta(hours=1)
SMALL = Organisation(seed=11, deals=60)


def reading(sandbox, hands, **options):
    entry = settings(base_url=sandbox.url, options=options)
    return open_connector(entry, {"EMEA_TOKEN": TOKEN}, lambda: DEFAULT_NOW, timing=hands.timing())


def deals_only(connector):
    """The first streams: what they do is asked here, and the evidence costs time."""
    listed = connector.streams()[:2]
    connector.streams = lambda: listed
    return connector
