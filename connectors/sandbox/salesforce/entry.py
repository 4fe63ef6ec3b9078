"""The entry of connections.yml that reads a simulated Salesforce org, for demos and tests."""

from __future__ import annotations

from typing import Any, Final

from connectors.sandbox.salesforce.words import MACHINES, STAGES, client_id, record_id, record_type_id
from connectors.sandbox.stock import PIPELINE_DEAL_TYPES, STAGE_MAP

DEAL_TYPES: Final = {"New Business": "new", "Existing Business": "expansion"}


def connection_entry(url: str, token: str, variable: str) -> tuple[dict[str, Any], dict[str, str]]:
    """The entry, and the environment that its credentials need; `variable` is a name to build theirs from."""
    entry = {
        "kind": "salesforce",
        "base_url": url,
        "credentials": {"client_id": f"{variable}_CLIENT_ID", "client_secret": f"{variable}_CLIENT_SECRET"},
        "default_currency": "EUR",
        "deal_type_field": "Type",
        "deal_types": dict(DEAL_TYPES),
        "fields": {"lost_reason": "Loss_Reason__c"},
        "system_actors": [record_id("User", number) for number, _, _ in MACHINES.values()],
        "pipelines": {
            _pipeline_id(pipeline): {
                "deal_type": PIPELINE_DEAL_TYPES[pipeline],
                "stages": {STAGES[stage].name: key for stage, key in stages.items()},
            }
            for pipeline, stages in STAGE_MAP.items()
        },
    }
    return entry, {f"{variable}_CLIENT_ID": client_id(token), f"{variable}_CLIENT_SECRET": token}


def _pipeline_id(pipeline: str) -> str:
    return record_type_id(pipeline) or pipeline
