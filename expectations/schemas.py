"""JSON Schemas by which editors complete process.yml and plumbline.yml; `python -m expectations.schemas` rewrites them.

They are made from the models and kept beside them, so that a workspace can have a copy. Nothing reads them at run time.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from connectors.configfile import json_schema
from expectations.company import Company
from expectations.process import ProcessFile

FOLDER = Path(__file__).parent


def process_schema() -> dict[str, Any]:
    """The schema that is kept as process.schema.json."""
    return json_schema(ProcessFile, "Plumbline: process.yml")


def company_schema() -> dict[str, Any]:
    """The schema that is kept as plumbline.schema.json."""
    return json_schema(Company, "Plumbline: plumbline.yml")


def as_text(schema: dict[str, Any]) -> str:
    """The schema as it is kept in its file."""
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


def schema_files() -> dict[str, str]:
    """File name -> text."""
    return {
        "process.schema.json": as_text(process_schema()),
        "plumbline.schema.json": as_text(company_schema()),
    }


if __name__ == "__main__":
    for name, text in schema_files().items():
        (FOLDER / name).write_text(text, encoding="utf-8")
