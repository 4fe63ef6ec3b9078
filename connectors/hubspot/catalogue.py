"""What is read of HubSpot: its objects, their properties, and the streams that they make.

Here belong names. How a stream is read is reader.py's, associations.py's and metadata.py's.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from connectors.contract import Stream
from connectors.hubspot.options import HubSpotOptions

MODIFIED = "hs_lastmodifieddate"
MERGED = "hs_merged_object_ids"
CREATED = "createdate"

DEAL_PROPERTIES = (
    "dealname",
    "pipeline",
    "dealstage",
    "amount",
    "deal_currency_code",
    "closedate",
    CREATED,
    MODIFIED,
    "hubspot_owner_id",
    "dealtype",
    "closed_lost_reason",
    MERGED,
    "num_associated_contacts",
)
DEAL_HISTORY = (
    "dealstage",
    "pipeline",
    "amount",
    "closedate",
    "hubspot_owner_id",
    "closed_lost_reason",
    "num_associated_contacts",
    MERGED,
)


@dataclass(frozen=True, slots=True)
class ObjectKind:
    """One kind of CRM object. With `history` the API gives at most 50 a page, else 100."""

    name: str
    properties: tuple[str, ...]
    history: tuple[str, ...] = ()
    has_open: bool = False

    @property
    def page_size(self) -> int:
        """The most objects in one answer of list or batch/read."""
        return 50 if self.history else 100


@dataclass(frozen=True, slots=True)
class Pair:
    """Associations from one kind of object to another."""

    source: str
    target: str

    @property
    def stream(self) -> str:
        """The stream's name."""
        return f"associations:{self.source}:{self.target}"


# Only what proves a step is asked for: no body, no address of anybody, and a subject only where the process asks for
# words in it (people's data stays at home).
_SUBJECTS = {"meetings": "hs_meeting_title", "calls": "hs_call_title", "emails": "hs_email_subject"}
_ENGAGEMENTS = (
    ObjectKind(
        "meetings",
        ("hs_meeting_outcome", "hs_meeting_start_time", "hs_timestamp", "hs_createdate", MODIFIED, "hubspot_owner_id"),
    ),
    ObjectKind(
        "calls",
        ("hs_call_status", "hs_call_direction", "hs_timestamp", "hs_createdate", MODIFIED, "hubspot_owner_id"),
    ),
    ObjectKind(
        "emails",
        ("hs_email_direction", "hs_email_status", "hs_timestamp", "hs_createdate", MODIFIED, "hubspot_owner_id"),
    ),
)
_DOCUMENTS = (
    ObjectKind("quotes", ("hs_status", "hs_createdate", MODIFIED, "hubspot_owner_id")),
    ObjectKind("line_items", ("createdate", MODIFIED)),
)
_PAIRS = (
    (Pair("deals", "contacts"), "contacts"),
    *((Pair(kind.name, target), "activities") for kind in _ENGAGEMENTS for target in ("deals", "contacts")),
    *((Pair("deals", kind.name), "documents") for kind in _DOCUMENTS),
)


@dataclass(frozen=True, slots=True)
class Catalogue:
    """The objects, pairs and streams of one connection."""

    objects: dict[str, ObjectKind]
    pairs: dict[str, Pair]
    streams: tuple[Stream, ...]


def catalogue(options: HubSpotOptions) -> Catalogue:
    """Everything that this connection reads, deals first."""
    deals = ObjectKind(
        "deals",
        _joined(DEAL_PROPERTIES, options.properties),
        _joined(DEAL_HISTORY, options.history_properties),
        has_open=True,
    )
    fields = (*deals.properties, *(f"history:{name}" for name in deals.history))
    covers = ("deals", "stage_changes", "field_changes")
    streams = [
        Stream("deals", "hubspot/deals", essential=True, covers=covers, fields=fields, count_lags=True),
        Stream("pipelines", "hubspot/pipelines", essential=True, covers=("stages",)),
        # Names of stages that are no more; without them these are nameless, and nothing else is amiss.
        Stream("pipeline_audits", "hubspot/pipeline_audits"),
        Stream("owners", "hubspot/owners", essential=True, covers=("owners",)),
    ]
    if options.import_pipeline_rules:
        streams.append(Stream("pipeline_rules", "hubspot/pipeline_rules"))
    engagements = tuple(_with_subject(kind) for kind in _ENGAGEMENTS) if options.subjects else _ENGAGEMENTS
    for kinds, cover in ((engagements, "activities"), (_DOCUMENTS, "documents")):
        streams += [
            Stream(kind.name, f"hubspot/{kind.name}", covers=(cover,), fields=kind.properties, count_lags=True)
            for kind in kinds
        ]
    streams += [Stream(pair.stream, "hubspot/associations", covers=(cover,)) for pair, cover in _PAIRS]
    return Catalogue(
        objects={kind.name: kind for kind in (deals, *engagements, *_DOCUMENTS)},
        pairs={pair.stream: pair for pair, _ in _PAIRS},
        streams=tuple(streams),
    )


def _with_subject(kind: ObjectKind) -> ObjectKind:
    return replace(kind, properties=(*kind.properties, _SUBJECTS[kind.name]))


def _joined(first: tuple[str, ...], more: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*first, *more)))
