"""Stages and record types as pipelines, for proposing a stage map.

Here belongs what Salesforce tells of them. Which stages a record type's sales process really uses is told only by the
Metadata API, so each pipeline shows them all.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from connectors.contract import CrmPipeline, CrmStage, MissingScopeError
from connectors.salesforce.records import Row

DEFAULT_PIPELINE = "default"


def pipelines(rows: Callable[[str], Iterator[Row]]) -> list[CrmPipeline]:
    """`default` for deals without record type, and one pipeline for each active record type that may be read.

    `rows(stream)` gives all rows of a listed object.
    """
    stages = tuple(_stages(rows("stages")))
    found = [CrmPipeline(DEFAULT_PIPELINE, "Opportunities without record type", stages)]
    try:
        types = sorted(rows("record_types"), key=lambda row: str(row.get("Name")))
    except MissingScopeError:
        return found
    return found + [
        CrmPipeline(str(row["Id"]), str(row.get("Name")), stages) for row in types if row.get("IsActive") != "false"
    ]


def _stages(rows: Iterator[Row]) -> Iterator[CrmStage]:
    told = [row for row in rows if row.get("IsActive") != "false"]
    for place, row in enumerate(sorted(told, key=_order)):
        probability = row.get("DefaultProbability")
        yield CrmStage(
            str(row.get("ApiName") or row.get("MasterLabel")),
            str(row.get("MasterLabel")),
            place,
            float(probability) / 100 if probability else None,
            row.get("IsClosed") == "true",
            row.get("IsWon") == "true",
        )


def _order(row: Row) -> tuple[int, str]:
    return int(row.get("SortOrder") or 0), str(row.get("MasterLabel"))
