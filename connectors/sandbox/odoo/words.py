"""Odoo's fixed ids and words: stages, teams, users, kinds of activities and messages, and how it writes moments.

Stage ids follow the order of `stock.PIPELINES`. The stages that the stories call lost are none here: a lost lead is
archived in the stage where it lay.
"""

from __future__ import annotations

from datetime import UTC, datetime
from functools import lru_cache
from typing import Final, NamedTuple

from connectors.sandbox.model import Actor, Story
from connectors.sandbox.people import TEAMS
from connectors.sandbox.stock import DEFAULT_PIPELINE, PIPELINES, RENEWALS_PIPELINE, STAGE_MAP
from connectors.sandbox.workdays import DAY

Row = dict[str, object]
"""A record as the database keeps it: moments in milliseconds since 1970, references as ids or None."""

OPENED: Final = 1_640_995_200_000
"""When the database was set up; what never changed bears this stamp."""


class Stage(NamedTuple):
    """A record of crm.stage, with the id that the stories use."""

    id: int
    story_id: str
    pipeline: str
    name: str
    is_won: bool
    probability: float


def _stages() -> tuple[Stage, ...]:
    found: list[Stage] = []
    for pipeline, _, stages in PIPELINES:
        for story_id, label, probability, _ in stages:
            if STAGE_MAP[pipeline].get(story_id) != "lost":
                won = STAGE_MAP[pipeline].get(story_id) == "won"
                percent = round(float(probability) * 100, 2)
                found.append(Stage(len(found) + 1, story_id, pipeline, label, won, percent))
    return tuple(found)


STAGES: Final = _stages()
STAGE_IDS: Final = {stage.story_id: stage.id for stage in STAGES}
STAGE: Final = {stage.id: stage for stage in STAGES}
LOST: Final = {story_id for stages in STAGE_MAP.values() for story_id, key in stages.items() if key == "lost"}
FIRST_STAGE: Final = {stage.pipeline: stage.id for stage in reversed(STAGES)}
TEAM_IDS: Final = {team: 4 + place for place, (_, team) in enumerate(TEAMS)}
RENEWALS_TEAM: Final = 9
PIPELINE_IDS: Final = {DEFAULT_PIPELINE: "default", RENEWALS_PIPELINE: str(RENEWALS_TEAM)}
"""How the connector names the pipelines: by the team that has stages of its own, else `default`."""

BOT: Final = 1
ADMIN: Final = 2
INTEGRATION: Final = 5
FIRST_SELLER: Final = 6
ADMIN_LOGIN: Final = "admin"
PARTNER_OFFSET: Final = 1
FIRST_CUSTOMER: Final = 10_001
"""The first contact of deal number i is partner FIRST_CUSTOMER + i."""

CURRENCIES: Final = {"USD": 1, "EUR": 125, "GBP": 142}
COMPANIES: Final = {"EUR": 1, "USD": 2, "GBP": 3}
"""Odoo keeps amounts in the currency of the lead's company, so each currency is a company."""

EMAIL, CALL, MEETING = 1, 2, 3
ACTIVITY_TYPES: Final = (
    (EMAIL, "Email", "default", "fa-envelope"),
    (CALL, "Call", "phonecall", "fa-phone"),
    (MEETING, "Meeting", "meeting", "fa-users"),
    (4, "To-Do", "default", "fa-check"),
    (5, "Upload Document", "upload_file", "fa-upload"),
)
DISCUSSIONS, NOTE, ACTIVITIES, CREATED, STAGE_CHANGED, WON, LOST_SUBTYPE, RESTORED = 1, 2, 3, 5, 6, 7, 8, 9
SUBTYPES: Final = (
    (DISCUSSIONS, "Discussions", False, ""),
    (NOTE, "Note", False, ""),
    (ACTIVITIES, "Activities", False, ""),
    (CREATED, "Opportunity Created", "crm.lead", "Lead/Opportunity created"),
    (STAGE_CHANGED, "Stage Changed", "crm.lead", "Stage changed"),
    (WON, "Opportunity Won", "crm.lead", "Opportunity won"),
    (LOST_SUBTYPE, "Opportunity Lost", "crm.lead", "Opportunity lost"),
    (RESTORED, "Opportunity Restored", "crm.lead", "Opportunity restored"),
)
REASONS: Final = ("Price", "Competitor", "No budget", "No decision", "Lost contact")
WON_STATUS: Final = {"won": "Won", "lost": "Lost", "pending": "Pending"}


def user_of(story: Story, actor: Actor) -> int:
    """The user whose name a change bears: the salesperson, the API's user, or OdooBot for automation rules."""
    if actor in ("integration", "import"):
        return INTEGRATION
    return BOT if actor == "workflow" else FIRST_SELLER + story.author


@lru_cache(maxsize=8192)
def day_text(day: int) -> str:
    """A date, from the number of days since 1970."""
    return datetime.fromtimestamp(day * DAY // 1000, UTC).strftime("%Y-%m-%d")


def date_text(ms: int) -> str:
    """The UTC date of a moment."""
    return day_text(ms // DAY)


def moment_text(ms: int) -> str:
    """A moment as Odoo shows it: UTC without saying so, in whole seconds."""
    day, rest = divmod(ms, DAY)
    seconds = rest // 1000
    return f"{day_text(day)} {seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"
