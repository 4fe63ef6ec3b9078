"""Which kinds of CRM there are behind an API, and what connections.yml must know of each before one is opened.

Here belongs the list. Opening a connector is registry.py's; what an option means is each CRM package's.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from connectors.hubspot.options import option_faults as hubspot_faults
from connectors.odoo.options import option_faults as odoo_faults
from connectors.pipedrive.options import option_faults as pipedrive_faults
from connectors.salesforce.options import option_faults as salesforce_faults

OptionFaults = Callable[[Mapping[str, Any]], dict[str, str]]
"""What is wrong with each option, by its name; empty when all is well."""


@dataclass(frozen=True, slots=True)
class ApiKind:
    """A CRM that is read over its API. `needs_base_url` is an example of the address where each company has its own."""

    name: str
    option_faults: OptionFaults
    credentials_example: str
    needs_base_url: str | None = None
    standard_fields: Mapping[str, str] = field(default_factory=dict)
    """The process's names of its standard fields (staging gives their changes the same)."""
    implied_stages: Mapping[str, str] = field(default_factory=dict)
    """Outcomes that are no stages there (a status, an archived lead): staging shows them as stages of these ids."""


API_KINDS: Final[dict[str, ApiKind]] = {
    "hubspot": ApiKind(
        "HubSpot",
        hubspot_faults,
        "{token: NAME_OF_A_VARIABLE}",
        standard_fields={
            "closedate": "close_date",
            "hubspot_owner_id": "owner",
            "closed_lost_reason": "lost_reason",
        },
    ),
    "salesforce": ApiKind(
        "Salesforce",
        salesforce_faults,
        "{client_id: A_VARIABLE, client_secret: ANOTHER_VARIABLE}",
        "https://yourcompany.my.salesforce.com",
        standard_fields={"Amount": "amount", "CloseDate": "close_date", "OwnerId": "owner"},
    ),
    "pipedrive": ApiKind(
        "Pipedrive",
        pipedrive_faults,
        "{token: NAME_OF_A_VARIABLE}",
        standard_fields={"value": "amount", "expected_close_date": "close_date", "owner_id": "owner"},
        implied_stages={"won": "won", "lost": "lost"},
    ),
    "odoo": ApiKind(
        "Odoo",
        odoo_faults,
        "{login: A_VARIABLE, api_key: ANOTHER_VARIABLE}",
        "https://yourcompany.odoo.com",
        standard_fields={
            "expected_revenue": "amount",
            "date_deadline": "close_date",
            "user_id": "owner",
            "lost_reason_id": "lost_reason",
        },
        implied_stages={"lost": "lost"},
    ),
}
