"""What a first full sync of a HubSpot account will cost, before it is begun.

Here belongs counting calls. What was really sent is counted by the session.
"""

from __future__ import annotations

from connectors.contract import MissingScopeError, StreamPlan
from connectors.hubspot.api import ASSOCIATIONS_PAGE, HubSpotApi
from connectors.hubspot.catalogue import Catalogue
from connectors.hubspot.options import HubSpotOptions
from connectors.hubspot.search import total

SECONDS_A_CALL = 0.25
"""An answer of a page with histories, network included; slow lists go faster, as pages are guessed ahead."""


def first_sync(api: HubSpotApi, catalogue: Catalogue, options: HubSpotOptions) -> list[StreamPlan]:
    """One line per stream. Objects that may not be read are told as such."""
    plans: list[StreamPlan] = []
    counted: dict[str, int] = {}
    for name, kind in catalogue.objects.items():
        try:
            records = total(api, name)
        except MissingScopeError as error:
            plans.append(StreamPlan(name, None, 0, remark=f"may not be read: {error}"))
            continue
        counted[name] = records
        calls = max(1, -(-records // kind.page_size)) + 1  # and the archived ones
        plans.append(StreamPlan(name, records, calls, seconds=calls * SECONDS_A_CALL))
    for pair in catalogue.pairs.values():
        calls = -(-counted.get(pair.source, 0) // ASSOCIATIONS_PAGE)
        plans.append(StreamPlan(pair.stream, None, calls, seconds=calls * SECONDS_A_CALL / options.threads))
    calls = 4 + len(api.pipelines()) * (2 if options.import_pipeline_rules else 1)
    plans.append(StreamPlan("pipelines and owners", None, calls, seconds=calls * SECONDS_A_CALL))
    return plans
