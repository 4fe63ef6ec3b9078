"""The entry of connections.yml that reads a simulated Odoo database, for demos and tests."""

from __future__ import annotations

from typing import Any

from connectors.sandbox.odoo.access import DATABASE
from connectors.sandbox.odoo.words import ADMIN_LOGIN, INTEGRATION, PIPELINE_IDS, STAGE_IDS
from connectors.sandbox.stock import DEAL_TYPE_MAP, PIPELINE_DEAL_TYPES, STAGE_MAP


def connection_entry(
    url: str, token: str, variable: str, *, login: str = ADMIN_LOGIN
) -> tuple[dict[str, Any], dict[str, str]]:
    """The entry, and the environment that its credentials need; `variable` is a name to build theirs from.

    Lost is no stage in Odoo, and the connector maps it by itself.
    """
    entry = {
        "kind": "odoo",
        "base_url": url,
        "credentials": {"login": f"{variable}_LOGIN", "api_key": f"{variable}_API_KEY"},
        "options": {"database": DATABASE},
        "default_currency": "EUR",
        "deal_type_field": "x_deal_type",
        "deal_types": dict(DEAL_TYPE_MAP),
        "system_actors": [str(INTEGRATION)],
        "pipelines": {
            PIPELINE_IDS[pipeline]: {
                "deal_type": PIPELINE_DEAL_TYPES[pipeline],
                "stages": {str(STAGE_IDS[name]): key for name, key in stages.items() if name in STAGE_IDS},
            }
            for pipeline, stages in STAGE_MAP.items()
        },
    }
    return entry, {f"{variable}_LOGIN": login, f"{variable}_API_KEY": token}
