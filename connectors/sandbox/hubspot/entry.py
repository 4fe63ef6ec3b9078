"""The entry of connections.yml that reads a simulated HubSpot portal, for demos and tests."""

from __future__ import annotations

from typing import Any

from connectors.sandbox.stock import DEAL_TYPE_MAP, PIPELINE_DEAL_TYPES, STAGE_MAP


def connection_entry(url: str, token: str, variable: str) -> tuple[dict[str, Any], dict[str, str]]:
    """The entry, and the environment that its credentials need; `variable` is a name to build theirs from."""
    entry = {
        "kind": "hubspot",
        "base_url": url,
        "credentials": {"token": f"{variable}_TOKEN"},
        "default_currency": "EUR",
        "deal_type_field": "dealtype",
        "deal_types": dict(DEAL_TYPE_MAP),
        "pipelines": {
            pipeline: {"deal_type": PIPELINE_DEAL_TYPES[pipeline], "stages": dict(stages)}
            for pipeline, stages in STAGE_MAP.items()
        },
    }
    return entry, {f"{variable}_TOKEN": token}
