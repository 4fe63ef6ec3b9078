"""How Salesforce writes things: ids, moments, stages, users. Pure functions, no state."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import lru_cache
from hashlib import sha256
from typing import Final, NamedTuple

from connectors.sandbox.model import Actor

PREFIXES: Final = {
    "Opportunity": "006",
    "OpportunityHistory": "008",
    "OpportunityFieldHistory": "017",
    "Task": "00T",
    "Event": "00U",
    "EmailMessage": "02s",
    "OpportunityContactRole": "00K",
    "OpportunityLineItem": "00k",
    "Quote": "0Q0",
    "Contact": "003",
    "User": "005",
    "UserRole": "00E",
    "PermissionSetAssignment": "0Pa",
    "OpportunityStage": "01J",
    "RecordType": "012",
    "CurrencyType": "01L",
    "Organization": "00D",
    "QueryJob": "750",
    "QueryCursor": "0r8",
}
POD: Final = "5f"
"""Two characters after the prefix, as every id of one org has them."""

DIGITS: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
CHECK: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"
SHORT, LONG = 15, 18
CHUNK: Final = len(DIGITS) ** 5
SLOTS: Final = 1024
"""Records of one kind that a deal can have; a record's number is deal number * SLOTS + place."""

RECORD_TYPES: Final = {"renewals": 1}
"""The pipelines that are shown as a record type, and its number; the default pipeline has none."""


class Stage(NamedTuple):
    """A stage of the org; Salesforce has one list for all record types."""

    name: str
    probability: int
    category: str

    @property
    def is_closed(self) -> bool:
        """Whether a deal in this stage is over."""
        return self.category in ("Closed", "Omitted")

    @property
    def is_won(self) -> bool:
        """Whether a deal in this stage is won."""
        return self.category == "Closed"


STAGES: Final[dict[str, Stage]] = {
    "appointmentscheduled": Stage("Qualification", 20, "Pipeline"),
    "qualifiedtobuy": Stage("Needs Analysis", 40, "Pipeline"),
    "presentationscheduled": Stage("Value Proposition", 60, "Pipeline"),
    "decisionmakerboughtin": Stage("Proposal/Price Quote", 80, "BestCase"),
    "legalreview": Stage("Legal Review", 85, "BestCase"),
    "contractsent": Stage("Negotiation/Review", 90, "Forecast"),
    "renewaldue": Stage("Renewal Due", 50, "Pipeline"),
    "renewalquoted": Stage("Renewal Quoted", 80, "BestCase"),
    "closedwon": Stage("Closed Won", 100, "Closed"),
    "renewalwon": Stage("Renewed", 100, "Closed"),
    "closedlost": Stage("Closed Lost", 0, "Omitted"),
    "renewallost": Stage("Churned", 0, "Omitted"),
}
"""The stories' stages in the order of the org's list, under the names that this org gave them."""

BY_NAME: Final = {stage.name: stage for stage in STAGES.values()}
UNHEARD_OF: Final = Stage("", 0, "Pipeline")
CATEGORY_NAMES: Final = {
    "Pipeline": "Pipeline",
    "BestCase": "Best Case",
    "Forecast": "Commit",
    "Closed": "Closed",
    "Omitted": "Omitted",
}
MACHINES: Final[dict[Actor, tuple[int, str, str]]] = {
    "integration": (900_001, "Integration User", "Standard"),
    "import": (900_002, "Data Import", "Standard"),
    "workflow": (900_003, "Automated Process", "AutomatedProcess"),
}
"""Users that are no people: number, name, UserType. What a CRM does by itself, Automated Process does here."""


def record_id(kind: str, number: int) -> str:
    """The 18-character id of a record; greater for a greater number, and told apart without regard to case."""
    high, low = divmod(number, CHUNK)
    head, first, second = PREFIXES[kind] + POD, _chunk(high), _chunk(low)
    return head + first + second + _check(head) + _check(first) + _check(second)


@lru_cache(maxsize=65_536)
def _chunk(number: int) -> str:
    text = ""
    for _ in range(5):
        number, rest = divmod(number, len(DIGITS))
        text = DIGITS[rest] + text
    return text


@lru_cache(maxsize=65_536)
def _check(chunk: str) -> str:
    """The check character of five characters: which of them are capital letters."""
    return CHECK[sum(1 << place for place, character in enumerate(chunk) if "A" <= character <= "Z")]


def number_of(kind: str, identifier: str) -> int:
    """The number behind an id of 15 or 18 characters. Raises ValueError for what is no id of this kind."""
    head, number = PREFIXES[kind] + POD, identifier[5:SHORT]
    if len(identifier) in (SHORT, LONG) and identifier.startswith(head) and set(number) <= set(DIGITS):
        found = int(number, len(DIGITS))
        if record_id(kind, found)[: len(identifier)] == identifier:
            return found
    raise ValueError(f"{identifier} is no id of {kind}")


def record_type_id(pipeline: str | None) -> str | None:
    """The record type that shows a pipeline."""
    number = RECORD_TYPES.get(pipeline or "")
    return None if number is None else record_id("RecordType", number)


def client_id(token: str) -> str:
    """The consumer key of the connected app that opens an account; no secret, and it does not reveal the token."""
    return "3MVG9" + sha256(token.encode()).hexdigest()[:40]


@lru_cache(maxsize=65_536)
def _text(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S")


def rest_time(seconds: int) -> str:
    """A moment as the REST API writes it."""
    return _text(seconds) + ".000+0000"


def bulk_time(seconds: int) -> str:
    """A moment as the Bulk API writes it."""
    return _text(seconds) + ".000Z"


def day_of(ms: int) -> str:
    """The day of a moment, as a date without zone."""
    return _text(ms // 1000)[:10]
