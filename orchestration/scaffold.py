"""Making a workspace: the files a company starts from.

Only writing the first version of these files belongs here. Nothing that exists is ever overwritten. What an account of
each CRM looks like stands in `connectors/templates/`, one file per kind.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from importlib.resources import files
from pathlib import Path
from typing import Final, get_args

import yaml

from connectors.settings import Kind

SCHEMAS = (
    ("connectors", "connections.schema.json"),
    ("expectations", "process.schema.json"),
    ("expectations", "plumbline.schema.json"),
)
"""By these, editors complete and check the files; they lie beside them."""

KINDS: Final[tuple[str, ...]] = get_args(Kind)
DEFAULT_KIND = "hubspot"

JUDGE_FROM = "# judge_from: 2026-01-01"
"""The template's example line; a new workspace has the day on which it was made."""

IGNORED = "# Secrets and everything that Plumbline writes stay out of version control.\n.env\ndata/\n"
ENV = "# Credentials, one per line, by the names that connections.yml gives. Never commit this file.\n"
HEAD = """\
# yaml-language-server: $schema=connections.schema.json
#
# The CRM accounts that Plumbline reads. It never writes to them.
# `plumbline check` tells what is wrong here, `plumbline stages NAME` proposes the stage map of an account.

connections:
"""


def starting_files(today: date, kinds: Sequence[str] = (DEFAULT_KIND,)) -> dict[str, str]:
    """File name -> text of a new workspace with one account for each of `kinds` (the same twice: two accounts)."""
    company = files("expectations").joinpath("templates/plumbline.yml").read_text(encoding="utf-8")
    entries = [_entry(kind, kinds[:place].count(kind)) for place, kind in enumerate(kinds)]
    texts = {
        "plumbline.yml": company.replace(JUDGE_FROM, f"judge_from: {today.isoformat()}"),
        "connections.yml": HEAD + "\n".join(entries),
        "process.yml": files("expectations").joinpath("process.yml").read_text(encoding="utf-8"),
        ".env": ENV + "".join(f"{name}=\n" for entry in entries for name in _variables(entry)),
        ".gitignore": IGNORED,
    }
    for package, name in SCHEMAS:
        schema = files(package).joinpath(name)
        if schema.is_file():
            texts[name] = schema.read_text(encoding="utf-8")
    return texts


def _entry(kind: str, before: int) -> str:
    """The template's account; a second one of its kind has a name and variables of its own."""
    text = files("connectors").joinpath(f"templates/{kind}.yml").read_text(encoding="utf-8")
    entry = text.partition("connections:\n")[2]
    if not before:
        return entry
    (name,) = yaml.safe_load(text)["connections"]
    other = re.sub(rf"\b{name}(?=:\n|`)", f"{name}_{before + 1}", entry)
    return re.sub(rf"\b{kind.upper()}_(?=[A-Z])", f"{kind.upper()}_{before + 1}_", other)


def _variables(entry: str) -> list[str]:
    accounts: Mapping[str, Mapping[str, Mapping[str, str]]] = yaml.safe_load(entry)
    return [name for account in accounts.values() for name in account.get("credentials", {}).values()]


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
