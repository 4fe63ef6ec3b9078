"""The objects of an export and their documented columns. Reading them happens elsewhere.

All values are text, all times ISO-8601 in UTC; `pipeline_id` is 'default' where an export has no such column, and a
deal whose cell is empty ('') has no pipeline.
"""

from __future__ import annotations

from dataclasses import dataclass

DEFAULT_PIPELINE = "default"


@dataclass(frozen=True, slots=True)
class ExportObject:
    """One object: its file is `<name>.csv|parquet|ndjson`, or a folder `<name>/` of such parts.

    `key` names a row. Where it is empty, or `key` is left empty in a row, the row is named by all it says: two rows
    that say the same are one fact. `further`: columns that aren't documented are delivered too, as evidence.
    """

    name: str
    columns: tuple[str, ...]
    required: tuple[str, ...]
    key: tuple[str, ...] = ()
    further: bool = False

    @property
    def must_have_key(self) -> bool:
        """Whether a row without its key is an error."""
        return bool(self.key) and set(self.key) <= set(self.required)


def _object(name: str, key: str, columns: str, *, further: bool = False) -> ExportObject:
    words = columns.split()
    return ExportObject(
        name=name,
        columns=tuple(word.rstrip("*") for word in words),
        required=tuple(word[:-1] for word in words if word.endswith("*")),
        key=tuple(key.split()),
        further=further,
    )


OBJECTS = {
    one.name: one
    for one in (
        _object(
            "deals",
            "deal_id",
            "deal_id* deal_name pipeline_id stage_id* amount currency created_at* modified_at close_date closed_at "
            "owner_id deal_type lost_reason is_deleted merged_into url",
            further=True,
        ),
        _object(
            "stage_changes",
            "change_id",
            "deal_id* stage_id* entered_at* pipeline_id recorded_at actor_id actor_kind change_id",
        ),
        _object(
            "field_changes",
            "change_id",
            "deal_id* field* value changed_at* recorded_at actor_id actor_kind change_id",
        ),
        _object(
            "activities",
            "activity_id",
            "activity_id* deal_id* kind* occurred_at* recorded_at outcome direction owner_id contact_count "
            "is_deleted started_at subject",
        ),
        _object("contacts", "", "deal_id* contact_id* role added_at removed_at"),
        _object(
            "documents",
            "document_id",
            "document_id* deal_id* kind* status occurred_at* recorded_at is_deleted actor_id",
        ),
        _object("owners", "owner_id", "owner_id* email owner_name team manager_email is_active"),
        _object(
            "stages",
            "pipeline_id stage_id",
            "pipeline_id* stage_id* stage_name pipeline_name display_order probability is_closed is_won",
        ),
    )
}

TIMES = frozenset(
    column for one in OBJECTS.values() for column in one.columns if column.endswith("_at") or column == "close_date"
)
DATES = frozenset({"close_date"})
NUMBERS = frozenset({"amount", "probability"})
FLAGS = frozenset({"is_deleted", "is_active", "is_closed", "is_won"})
WRITTEN_FIELDS = {"amount": "amount", "close_date": "close_date"}
"""Fields whose values are written as in a column, in `field_changes` as in `deals`."""
STANDARD_FIELDS = {"owner_id": "owner"}
"""Columns of deals whose name in the process is another one (staging gives their changes the same)."""
EVIDENCE = ("deals", "stage_changes", "field_changes", "activities", "contacts", "documents")
"""The objects that steps are judged by; an export without one of them leaves what rests on it unknown."""
