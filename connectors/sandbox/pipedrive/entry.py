"""The entry of connections.yml that reads a simulated Pipedrive account, for demos and tests."""

from __future__ import annotations

from typing import Any

from connectors.sandbox.pipedrive.words import DEAL_TYPE_KEY, DEAL_TYPE_OPTIONS, PIPELINE_IDS, STAGE_IDS
from connectors.sandbox.stock import DEAL_TYPE_MAP, PIPELINE_DEAL_TYPES, STAGE_MAP


def connection_entry(url: str, token: str, variable: str) -> tuple[dict[str, Any], dict[str, str]]:
    """The entry, and the environment that its credentials need; `variable` is a name to build theirs from."""
    entry = {
        "kind": "pipedrive",
        "base_url": url,
        "credentials": {"token": f"{variable}_TOKEN"},
        "default_currency": "EUR",
        # The account sets no limits unless a knob says so; what the connector keeps to by itself is a paying company's.
        "options": {"requests_per_2_seconds": 10_000},
        "deal_type_field": DEAL_TYPE_KEY,
        "deal_types": {str(DEAL_TYPE_OPTIONS[native][0]): key for native, key in DEAL_TYPE_MAP.items()},
        "pipelines": {
            str(PIPELINE_IDS[pipeline]): {
                "deal_type": PIPELINE_DEAL_TYPES[pipeline],
                "stages": {str(STAGE_IDS[stage]): key for stage, key in stages.items() if stage in STAGE_IDS},
            }
            for pipeline, stages in STAGE_MAP.items()
        },
    }
    return entry, {f"{variable}_TOKEN": token}
