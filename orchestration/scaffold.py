"""Making a workspace: the files a company starts from.

Only writing the first version of these files belongs here. Nothing that exists is ever overwritten.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from importlib.resources import files
from pathlib import Path

SCHEMAS = (
    ("connectors", "connections.schema.json"),
    ("expectations", "process.schema.json"),
    ("expectations", "plumbline.schema.json"),
)
"""By these, editors complete and check the files; they lie beside them."""

JUDGE_FROM = "# judge_from: 2026-01-01"
"""The template's example line; a new workspace has the day on which it was made."""

IGNORED = "# Secrets and everything that Plumbline writes stay out of version control.\n.env\ndata/\n"
ENV = "# Credentials, one per line, by the names that connections.yml gives: HUBSPOT_TOKEN=...\n"


def starting_files(today: date) -> dict[str, str]:
    """File name -> text of a new workspace."""
    company = files("expectations").joinpath("templates/plumbline.yml").read_text(encoding="utf-8")
    texts = {
        "plumbline.yml": company.replace(JUDGE_FROM, f"judge_from: {today.isoformat()}"),
        "connections.yml": files("connectors").joinpath("templates/connections.yml").read_text(encoding="utf-8"),
        "process.yml": files("expectations").joinpath("process.yml").read_text(encoding="utf-8"),
        ".env": ENV,
        ".gitignore": IGNORED,
    }
    for package, name in SCHEMAS:
        schema = files(package).joinpath(name)
        if schema.is_file():
            texts[name] = schema.read_text(encoding="utf-8")
    return texts


def write_workspace(folder: Path, texts: Mapping[str, str]) -> list[str]:
    """Write the files that aren't there yet; the names of those written."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for name, text in texts.items():
        path = folder / name
        if not path.exists():
            path.write_text(text, encoding="utf-8")
            written.append(name)
            if name == ".env":
                path.chmod(0o600)
    return written
