"""A published warehouse of deals written by hand, each with something to tell, judged by the process that ships."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from expectations.compile_process import process_tables
from expectations.process import load_process
from tests.dbt.compliance_tables import MODELS, SOURCES, World, working_calendar
from tests.dbt.harness import at
from tests.dbt.test_compliance_findings import JUDGED, NATIVE, Deals, day

CORE = "int_deal_changes int_people int_manager_chains dim_deals dim_steps dim_stages dim_owners dim_waivers"
OWNER = {"owner_id": "41", "owner_key": "ann@acme.example"}
CROWD = 5000


def deals() -> Deals:
    """One deal per situation; all are of the same owner. u7 moved them, whom the CRM does not name, as it does u8."""
    told = Deals()
    told.add("silent", [(0, "qualify"), (2, "develop")], done="b", deal_name="Silent Mill", amount=500, **OWNER)
    told.field("silent", "owner", "41", 0)
    told.add("fresh", [(0, "qualify"), (90.8, "develop")], done="b", **OWNER)
    told.add("skipped", [(0, "qualify"), (2, "propose")], done="bt", deal_name="Twin", **OWNER)
    told.add("born", [(0, "propose")], deal_name="Twin", **OWNER)
    told.add("back", [(0, "qualify"), (2, "develop"), (4, "qualify"), (6, "develop")], done="bt", **OWNER)
    told.add("again", [(0, "qualify"), (2, "lost"), (9, "qualify")], done="bt", **OWNER)
    told.add("stale", [(0, "qualify"), (2, "develop"), (3, "propose"), (9, "close")], done="bta", **OWNER)
    told.field("stale", "close_date", "2024-03-10", 0)
    told.add("lost", [(0, "qualify"), (2, "lost")], **OWNER)
    told.add("lost_late", [(0, "qualify"), (2, "lost")], **OWNER)
    told.field("lost_late", "lost_reason", "Price", 4.5)
    told.add("odd", [(0, "qualify"), (2, "develop"), (3, "unmapped")], done="bt", **OWNER)
    told.add("late", [(0, "qualify"), (2, "develop")], done="b", **OWNER)
    told.activity("late", "meeting", 20, outcome="completed", owner_key="ann@acme.example")
    told.add("written_after", [(0, "qualify"), (2, "develop")], done="b", **OWNER)
    told.activity("written_after", "call", 1, outcome="completed", recorded_at=day(30))
    told.add("lifted", [(0, "qualify"), (2, "develop")], done="b", **OWNER)
    told.add("undated", [(0, "qualify"), (2, "develop"), (3, "propose")], done="bt", **OWNER)
    told.field("undated", "amount", "500", None)
    told.add("renewal", [(0, "propose")], deal_type="renewal", is_judged=False, unjudged_reason="deal_type", **OWNER)
    told.add("untold", [(0, "qualify")], **OWNER)
    told.tables["int_stage_changes"] = [
        row for row in told.tables["int_stage_changes"] if row["deal_key"] != "acme:untold"
    ]
    told.add("crowded", [(n / 100, ("qualify", "develop")[n % 2]) for n in range(CROWD)], done="b", **OWNER)
    told.add("by_user", [(0, "qualify"), (2, "develop"), (3, "propose")], done="bt", **OWNER)
    told.field("by_user", "amount", "500", 0)
    told.add("by_days", [(0, "qualify"), (2, "develop"), (9, "propose")], done="bt", **OWNER)
    for row in told.tables["int_stage_changes"][-3:]:
        seen = row["stage_key"] == "propose"
        row |= {"precision": "order", "source": "snapshot"} if seen else {"precision": "day"}
        row["entered_at"] = row["entered_at"].replace(hour=9 if seen else 0)
    for table in ("int_stage_changes", "int_field_changes"):
        for row in told.tables[table]:
            if row["deal_key"] == "acme:by_user":
                row["actor_id"] = "u7" if row.get("stage_key") == "propose" else "u8"
    for n in range(CROWD):
        told.activity("crowded", "meeting", n / 100)
    return told


def build(folder: Path) -> Path:
    """The warehouse file."""
    world = World(folder, as_of=JUDGED)
    for table, frame in process_tables(load_process(), ZoneInfo("UTC")).items():
        world.reference(table, frame)
    world.reference("connections", [{"connection": "acme", "crm": "hubspot", "state": "good", "judged_at": JUDGED}])
    world.reference(
        "coverage", [{"connection": "acme", "object": kind, "covered_from": at("2024-01-01")} for kind in SOURCES]
    )
    world.reference("calendar", working_calendar(at("2024-01-01"), 366))
    world.reference(
        "stage_map",
        [{"connection": "acme", "pipeline_id": "p", "stage_id": key, "stage_key": key} for key in NATIVE],
    )
    world.reference("waivers", [{
        "waiver_id": "w", "deal_key": "acme:lifted", "step_key": "conversation_held", "given_by": "bo@acme.example",
        "given_at": day(3), "reason": "ordered by telephone", "valid_to": day(90) + timedelta(hours=15),
    }])  # fmt: skip
    for table, rows in deals().tables.items():
        world.canonical(table, rows)
    ann = {"connection": "acme", "owner_id": "41", "user_id": "u8", "owner_key": "ann@acme.example",
           "owner_name": "Ann Lee", "email": "ann@acme.example", "is_active": True}  # fmt: skip
    world.canonical("int_owners", [ann])
    world.build(f"{MODELS} {CORE}")
    return folder / "warehouse.duckdb"
