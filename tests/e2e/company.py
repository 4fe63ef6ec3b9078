"""A small company whose deals come in as exports: what a night needs, made in milliseconds, judged by hand.

Each connection has the same deals: number 0 left Qualify without a conversation, the others did everything.
"""

import csv
from datetime import UTC, datetime, timedelta
from pathlib import Path

NOW = datetime(2026, 3, 31, 2, 0, tzinfo=UTC)
STAGES = {"Lead": "qualify", "Demo": "develop", "Offer": "propose", "Contract": "close", "Won": "won", "Lost": "lost"}
DEALS = 24

COMPANY = """workspace_format: 1
time_zone: Europe/Berlin
home_currency: EUR
publishers: [{kind: duckdb}]
"""


def iso(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def write_rows(path: Path, rows: list[dict[str, str]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


def export(folder: Path, deals: int = DEALS) -> None:
    """The exports of one CRM: every deal was won after passing all four stages, a week in each."""
    began = datetime(2026, 1, 12, 9, 0, tzinfo=UTC)
    tables: dict[str, list[dict[str, str]]] = {
        "deals": [], "stage_changes": [], "field_changes": [], "activities": [], "contacts": [], "owners": [],
        "stages": [],
    }  # fmt: skip
    for number in range(deals):
        deal, owner = f"d{number:03}", f"u{number % 3}"
        tables["deals"].append({
            "deal_id": deal, "deal_name": f"Deal {number}", "stage_id": "Won", "amount": "1000.00", "currency": "EUR",
            "created_at": iso(began), "modified_at": iso(began + timedelta(days=28)), "owner_id": owner,
            "close_date": "2026-02-20",
        })  # fmt: skip
        for position, stage in enumerate(("Lead", "Demo", "Offer", "Contract", "Won")):
            at = iso(began + timedelta(days=7 * position))
            tables["stage_changes"].append({"deal_id": deal, "stage_id": stage, "entered_at": at, "actor_id": owner})
        for field, value in (("amount", "1000.00"), ("close_date", "2026-02-20")):
            row = {"deal_id": deal, "field": field, "value": value, "changed_at": iso(began + timedelta(hours=1))}
            tables["field_changes"].append(row)
        for day in (1, 2, 20) if number else (20,):
            tables["activities"].append({
                "activity_id": f"{deal}-{day}", "deal_id": deal, "kind": "meeting", "outcome": "completed",
                "occurred_at": iso(began + timedelta(days=day)), "owner_id": owner, "contact_count": "1",
            })  # fmt: skip
        tables["contacts"].append({"deal_id": deal, "contact_id": f"c{number}", "added_at": iso(began)})
    tables["owners"] = [
        {"owner_id": f"u{i}", "email": f"rep{i}@example.com", "owner_name": f"Rep {i}", "is_active": "true"}
        for i in range(3)
    ]
    for position, stage in enumerate(STAGES):
        tables["stages"].append({
            "pipeline_id": "default", "stage_id": stage, "stage_name": stage, "display_order": str(position),
            "is_closed": str(stage in {"Won", "Lost"}).lower(), "is_won": str(stage == "Won").lower(),
        })  # fmt: skip
    for name, rows in tables.items():
        write_rows(folder / f"{name}.csv", rows)


def connection(name: str) -> str:
    stages = ", ".join(f"{native}: {key}" for native, key in STAGES.items())
    return (
        f"  {name}:\n    kind: files\n    path: exports/{name}\n    default_currency: EUR\n"
        f"    pipelines: {{default: {{stages: {{{stages}}}}}}}\n"
    )


def make_workspace(home: Path, *names: str, process: str | None = None) -> Path:
    """A workspace with one connection of exports per name."""
    from expectations.process import DEFAULT_PROCESS

    home.mkdir(parents=True, exist_ok=True)
    (home / "plumbline.yml").write_text(COMPANY)
    (home / "process.yml").write_text(process or DEFAULT_PROCESS.read_text())
    (home / "connections.yml").write_text("connections:\n" + "".join(connection(name) for name in names))
    for name in names:
        export(home / "exports" / name)
    return home
