"""What the simulated portals look like from a company's configuration: pipelines, stages and how to map them.

Constants for connections.yml of demos and tests. Which deal goes where is decided by the stories.
"""

from __future__ import annotations

from typing import Final

STAGES: Final = ("qualify", "develop", "propose", "close")
DEFAULT_PIPELINE: Final = "default"
RENEWALS_PIPELINE: Final = "renewals"
UNMAPPED_STAGE: Final = "legalreview"

STAGE_MAP: Final[dict[str, dict[str, str]]] = {
    DEFAULT_PIPELINE: {
        "appointmentscheduled": "qualify",
        "qualifiedtobuy": "develop",
        "presentationscheduled": "develop",
        "decisionmakerboughtin": "propose",
        "contractsent": "close",
        "closedwon": "won",
        "closedlost": "lost",
    },
    RENEWALS_PIPELINE: {
        "renewaldue": "qualify",
        "renewalquoted": "propose",
        "renewalwon": "won",
        "renewallost": "lost",
    },
}
"""pipeline id -> CRM stage id -> the process's stage. `legalreview` is left out on purpose: nobody mapped it."""

PIPELINE_DEAL_TYPES: Final[dict[str, str]] = {DEFAULT_PIPELINE: "new", RENEWALS_PIPELINE: "renewal"}
"""The deal type of deals whose own `dealtype` is empty."""

DEAL_TYPE_MAP: Final[dict[str, str]] = {"newbusiness": "new", "existingbusiness": "expansion"}
"""HubSpot's `dealtype` -> deal type; it goes before the pipeline's."""

PIPELINES: Final = (
    (
        DEFAULT_PIPELINE,
        "Sales Pipeline",
        (
            ("appointmentscheduled", "Appointment Scheduled", "0.2", False),
            ("qualifiedtobuy", "Qualified To Buy", "0.4", False),
            ("presentationscheduled", "Presentation Scheduled", "0.6", False),
            ("decisionmakerboughtin", "Decision Maker Bought-In", "0.8", False),
            (UNMAPPED_STAGE, "Legal Review", "0.85", False),
            ("contractsent", "Contract Sent", "0.9", False),
            ("closedwon", "Closed Won", "1.0", True),
            ("closedlost", "Closed Lost", "0.0", True),
        ),
    ),
    (
        RENEWALS_PIPELINE,
        "Renewals",
        (
            ("renewaldue", "Renewal Due", "0.5", False),
            ("renewalquoted", "Renewal Quoted", "0.8", False),
            ("renewalwon", "Renewed", "1.0", True),
            ("renewallost", "Churned", "0.0", True),
        ),
    ),
)
"""(pipeline id, label, ((stage id, label, probability as HubSpot's string, is closed), ...))."""

NATIVE: Final = {
    "qualify": "appointmentscheduled",
    "develop": "qualifiedtobuy",
    "propose": "decisionmakerboughtin",
    "close": "contractsent",
    "unmapped": UNMAPPED_STAGE,
    "won": "closedwon",
    "lost": "closedlost",
}
"""The CRM stage in which a story's stage is shown, unless the story says otherwise."""
