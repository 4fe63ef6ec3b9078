"""What is read of Pipedrive: the streams of one connection, and the fields whose changes are kept.

Here belong names. How a stream is read is lists.py's, history.py's, details.py's and metadata.py's.
"""

from __future__ import annotations

from connectors.contract import Stream
from connectors.pipedrive.options import PipedriveOptions
from connectors.pipedrive.records import COUNT_KEYS, DEAL_KEYS

HISTORY_KEYS = (
    "add_time",
    "stage_id",
    "pipeline_id",
    "status",
    "value",
    "expected_close_date",
    "user_id",
    "lost_reason",
    "person_id",
)
"""The changelog's names of what every process rests on; the owner is `user_id` there and `owner_id` in v2."""


def history_keys(options: PipedriveOptions) -> tuple[str, ...]:
    """The fields whose changes are kept."""
    named = tuple("user_id" if name == "owner_id" else name for name in options.fields)
    return tuple(dict.fromkeys((*HISTORY_KEYS, *named)))


def streams(options: PipedriveOptions) -> tuple[Stream, ...]:
    """Everything that this connection reads, deals first."""
    fields = tuple(dict.fromkeys((*DEAL_KEYS, *COUNT_KEYS, *options.fields)))
    history = (*history_keys(options), f"history:{options.history}")
    about = ("subject",) if options.subjects else ()
    made = [
        Stream("deals", "pipedrive/deals", essential=True, covers=("deals",), fields=fields, count_lags=True),
        Stream("pipelines", "pipedrive/pipelines", essential=True, covers=("stages",)),
        Stream("stages", "pipedrive/stages", essential=True, covers=("stages",)),
        Stream("users", "pipedrive/users", essential=True, covers=("owners",)),
        Stream("deal_fields", "pipedrive/deal_fields"),
        Stream("activities", "pipedrive/activities", covers=("activities", "planned_activities"), fields=about),
        Stream("deal_changes", "pipedrive/deal_changes", covers=("stage_changes", "field_changes"), fields=history),
    ]
    if options.participants:
        made.append(Stream("deal_participants", "pipedrive/deal_participants", covers=("contacts",)))
    if options.products:
        made.append(Stream("deal_products", "pipedrive/deal_products", covers=("documents",)))
    if options.mails:
        made.append(Stream("deal_mails", "pipedrive/deal_mails", covers=("activities",)))
    return tuple(made)
