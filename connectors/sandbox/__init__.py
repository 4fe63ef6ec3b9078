"""Simulated CRMs: a sales organisation with known truth behind a faithful HTTP face, for demo, tests and benchmarks.

Stories (`plots_*`, told at the desk in `telling`, with `evidence`) are decided before any CRM shows them; `hubspot/`
shows them. Connectors, verdict rules of the product and orchestration don't belong here and are never imported.
"""

from connectors.sandbox.edits import (
    AddContact,
    Archive,
    Create,
    LogActivity,
    Merge,
    MoveStage,
    Reown,
    Restore,
    SetField,
    Transfer,
    Vanish,
)
from connectors.sandbox.handle import Sandbox
from connectors.sandbox.hubspot.knobs import Knobs
from connectors.sandbox.hubspot.server import start_sandbox
from connectors.sandbox.model import DealTruth, MoveTruth, VisitTruth
from connectors.sandbox.organisation import DEFAULT_NOW, Organisation, Summary

__all__ = [
    "DEFAULT_NOW",
    "AddContact",
    "Archive",
    "Create",
    "DealTruth",
    "Knobs",
    "LogActivity",
    "Merge",
    "MoveStage",
    "MoveTruth",
    "Organisation",
    "Reown",
    "Restore",
    "Sandbox",
    "SetField",
    "Summary",
    "Transfer",
    "Vanish",
    "VisitTruth",
    "start_sandbox",
]
