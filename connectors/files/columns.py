"""The objects of an export and their documented columns. Reading them happens elsewhere.

All values are text, all times ISO-8601 in UTC; `pipeline_id` is 'default' where an export has no pipelines.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ExportObject:
    """One object: its file is `<name>.csv|parquet|ndjson`, or a folder `<name>/` of such parts.

    `id` are the columns that name a row when it has no id of its own (`own_id`). `further`: columns that aren't
    documented are delivered too, as evidence that process.yml may name.
    """

    name: str
    required: tuple[str, ...]
    optional: tuple[str, ...]
    own_id: str | None
    id: tuple[str, ...] = ()
    times: tuple[str, ...] = ()
    further: bool = False

    @property
    def columns(self) -> tuple[str, ...]:
        """All documented columns, required first."""
        return self.required + self.optional


def _object(name: str, columns: str, own_id: str | None, ids: str = "", *, further: bool = False) -> ExportObject:
    words = columns.split()
    return ExportObject(
        name=name,
        required=tuple(word[:-1] for word in words if word.endswith("*")),
        optional=tuple(word for word in words if not word.endswith("*")),
        own_id=own_id,
        id=tuple(ids.split()),
        times=tuple(w for w in (word.rstrip("*") for word in words) if w.endswith("_at") or w == "close_date"),
        further=further,
    )


OBJECTS = {
    one.name: one
    for one in (
        _object(
            "deals",
            "deal_id* stage_id* created_at* deal_name pipeline_id amount currency modified_at close_date closed_at "
            "owner_id deal_type lost_reason is_deleted merged_into url",
            "deal_id",
            further=True,
        ),
        _object(
            "stage_changes",
            "deal_id* stage_id* entered_at* pipeline_id recorded_at actor_id actor_kind change_id",
            "change_id",
            "deal_id stage_id entered_at",
        ),
        _object(
            "field_changes",
            "deal_id* field* changed_at* value recorded_at actor_id actor_kind change_id",
            "change_id",
            "deal_id field value changed_at",
        ),
        _object(
            "activities",
            "activity_id* deal_id* kind* occurred_at* recorded_at outcome direction owner_id contact_count is_deleted",
            "activity_id",
        ),
        _object("contacts", "deal_id* contact_id* role added_at removed_at", None, "deal_id contact_id added_at"),
        _object(
            "documents",
            "document_id* deal_id* kind* occurred_at* status recorded_at is_deleted",
            "document_id",
        ),
        _object("owners", "owner_id* email owner_name team manager_email is_active", "owner_id"),
        _object(
            "stages",
            "pipeline_id* stage_id* stage_name pipeline_name display_order probability is_closed is_won",
            None,
            "pipeline_id stage_id",
        ),
    )
}
