"""What each call costs of the account's daily tokens.

The numbers are those that Pipedrive's own OpenAPI documents state as `x-token-cost` (read in 2026); a test compares
them where those documents are at hand. Counting what is left is budget.py's.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

DEALS: Final = "/api/v2/deals"
ARCHIVED: Final = "/api/v2/deals/archived"
PRODUCTS: Final = "/api/v2/deals/products"
ACTIVITIES: Final = "/api/v2/activities"
STAGES: Final = "/api/v2/stages"
PIPELINES: Final = "/api/v2/pipelines"
DEAL_FIELDS: Final = "/api/v2/dealFields"
CHANGELOG: Final = "/v1/deals/{id}/changelog"
PARTICIPANTS: Final = "/v1/deals/{id}/participantsChangelog"
MAILS: Final = "/v1/deals/{id}/mailMessages"
SUMMARY: Final = "/v1/deals/summary"
ARCHIVED_SUMMARY: Final = "/v1/deals/summary/archived"
USERS: Final = "/v1/users"
ME: Final = "/v1/users/me"

COSTS: Final[Mapping[str, int]] = {
    DEALS: 10,
    ARCHIVED: 20,
    PRODUCTS: 10,
    ACTIVITIES: 10,
    STAGES: 5,
    PIPELINES: 5,
    DEAL_FIELDS: 10,
    CHANGELOG: 20,
    PARTICIPANTS: 10,
    MAILS: 20,
    SUMMARY: 40,
    ARCHIVED_SUMMARY: 80,
    USERS: 20,
    ME: 2,
}
"""Tokens of one call, by endpoint."""
