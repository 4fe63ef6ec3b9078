"""The columns of a CRM's own export of deals, by which it is recognised without `columns`.

Only these names and the recognising belong here. They are the English ones; an export in another language, or of a
view with renamed columns, needs `options.columns`. Such a file shows the present and nothing of the past.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from connectors.files.columns import DEFAULT_PIPELINE

CANNOT_TELL: Final = (
    "current state only: through which stages a deal came, and when, is unknown, so skipped stages and what was done "
    "before leaving a stage can't be judged"
)
"""What a reader of the export's verdicts must know."""


@dataclass(frozen=True, slots=True)
class StockExport:
    """One CRM's export. `columns`: our column -> its names there, the first that is present counts.

    `signs` tell it from others: of each group one name must be there. Where winning or losing is no stage there,
    `outcomes` says which value of the column `status` means it; such deals stand in the stage `won` or `lost`.
    """

    crm: str
    origin: str
    columns: Mapping[str, tuple[str, ...]]
    signs: tuple[tuple[str, ...], ...]
    status: tuple[str, ...] = ()
    outcomes: Mapping[str, str] = field(default_factory=dict)


STOCK_EXPORTS: Final = (
    StockExport(
        "Salesforce",
        "labels of Opportunity fields in a report's details-only CSV; API names in a Data Loader or bulk CSV",
        {
            "deal_id": ("Opportunity ID", "Id"),
            "deal_name": ("Opportunity Name", "Name"),
            "stage_id": ("Stage", "StageName"),
            "pipeline_id": ("Opportunity Record Type", "RecordTypeId"),
            "amount": ("Amount",),
            "currency": ("Amount Currency", "Opportunity Currency", "CurrencyIsoCode"),
            "created_at": ("Created Date", "CreatedDate"),
            "modified_at": ("Last Modified Date", "SystemModstamp", "LastModifiedDate"),
            "close_date": ("Close Date", "CloseDate"),
            "owner_id": ("Opportunity Owner", "OwnerId"),
            "is_deleted": ("IsDeleted",),
        },
        (("Opportunity ID", "Id"), ("Opportunity Name", "StageName"), ("Stage", "StageName")),
    ),
    StockExport(
        "HubSpot",
        "labels of deal properties in the CSV of a deals view ('Deal ID' in older ones)",
        {
            "deal_id": ("Record ID", "Deal ID"),
            "deal_name": ("Deal Name",),
            "stage_id": ("Deal Stage",),
            "pipeline_id": ("Pipeline",),
            "amount": ("Amount",),
            "currency": ("Currency",),
            "created_at": ("Create Date",),
            "modified_at": ("Last Modified Date",),
            "close_date": ("Close Date",),
            "owner_id": ("Deal owner",),
            "lost_reason": ("Closed Lost Reason",),
        },
        (("Record ID", "Deal ID"), ("Deal Name",), ("Deal Stage",)),
    ),
    StockExport(
        "Pipedrive",
        "labels of deal fields in the CSV of the deals list, each after 'Deal - '",
        {
            "deal_id": ("Deal - ID",),
            "deal_name": ("Deal - Title",),
            "stage_id": ("Deal - Stage",),
            "pipeline_id": ("Deal - Pipeline",),
            "amount": ("Deal - Value",),
            "currency": ("Deal - Currency of Value", "Deal - Currency"),
            "created_at": ("Deal - Deal created", "Deal - Created"),
            "modified_at": ("Deal - Update time",),
            "close_date": ("Deal - Expected close date",),
            "closed_at": ("Deal - Deal closed on",),
            "owner_id": ("Deal - Owner",),
            "lost_reason": ("Deal - Lost reason",),
        },
        (("Deal - ID",), ("Deal - Stage",)),
        ("Deal - Status",),
        {"won": "won", "lost": "lost"},
    ),
    StockExport(
        "Odoo",
        "labels of crm.lead in the CSV of the pipeline's list; technical names in an import-compatible one",
        {
            "deal_id": ("External ID", ".id", "id"),
            "deal_name": ("Opportunity", "name"),
            "stage_id": ("Stage", "stage_id"),
            "amount": ("Expected Revenue", "expected_revenue"),
            "currency": ("Currency", "company_currency"),
            "created_at": ("Created on", "create_date"),
            "modified_at": ("Last Updated on", "write_date"),
            "close_date": ("Expected Closing", "date_deadline"),
            "closed_at": ("Closed Date", "date_closed"),
            "owner_id": ("Salesperson", "user_id"),
            "lost_reason": ("Lost Reason", "lost_reason_id"),
        },
        (("External ID", ".id", "id"), ("Opportunity", "name"), ("Stage", "stage_id"),
         ("Expected Revenue", "expected_revenue")),
        ("Active", "active"),
        {"false": "lost", "0": "lost"},
    ),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Recognised:
    """An export with the names that its header has: `renames` is our column -> the export's."""

    export: StockExport
    renames: Mapping[str, str]
    status: str | None

    def finish(self, row: dict[str, str | None], raw: Mapping[str, str | None]) -> None:
        """Put the outcome in place of the stage where it is no stage, and a name to what has no pipeline."""
        told = (raw.get(self.status) or "").casefold() if self.status else ""
        row["stage_id"] = self.export.outcomes.get(told, row["stage_id"])
        row["pipeline_id"] = row["pipeline_id"] or DEFAULT_PIPELINE

    def line(self) -> str:
        """What it was taken for, for people."""
        taken = ", ".join(f"{theirs} as {ours}" for ours, theirs in self.renames.items())
        return f"recognised as a stock export of {self.export.crm} ({taken})"


def recognise(header: Sequence[str]) -> Recognised | None:
    """Whose export has such a header; None for one that has our own columns, or that nobody is known to write."""
    if "deal_id" in header:
        return None
    there = {name.casefold(): name for name in header}
    for export in STOCK_EXPORTS:
        if all(_first(there, names) for names in export.signs):
            found = {ours: theirs for ours, names in export.columns.items() if (theirs := _first(there, names))}
            return Recognised(export, found, _first(there, export.status))
    return None


def _first(there: Mapping[str, str], names: Sequence[str]) -> str | None:
    return next((there[name.casefold()] for name in names if name.casefold() in there), None)
