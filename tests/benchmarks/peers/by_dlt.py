"""dlt's rest_api source, with the smallest configuration that reads deals with their stage history, into Parquet."""

from __future__ import annotations

import dlt
from dlt.sources.rest_api import rest_api_source
from reading import CRM, FOLDER, HISTORY, PROPERTIES, TOKEN, URL, measured

CONFIG = {
    "hubspot": {
        "client": {"base_url": URL, "headers": {"Authorization": f"Bearer {TOKEN}"}},
        "resources": [
            {
                "name": "deals",
                "max_table_nesting": 0,
                "endpoint": {
                    "path": "crm/v3/objects/deals",
                    "params": {"limit": 50, "properties": PROPERTIES, "propertiesWithHistory": HISTORY},
                    "data_selector": "results",
                    "paginator": {
                        "type": "cursor",
                        "cursor_path": "paging.next.after",
                        "cursor_param": "after",
                    },
                },
            }
        ],
    },
    "pipedrive": {
        "client": {"base_url": URL, "headers": {"x-api-token": TOKEN}},
        "resources": [
            {
                "name": "deals",
                "max_table_nesting": 0,
                "endpoint": {
                    "path": "api/v2/deals",
                    "params": {"limit": 500, "status": "open,won,lost,deleted"},
                    "data_selector": "data",
                    "paginator": {
                        "type": "cursor",
                        "cursor_path": "additional_data.next_cursor",
                        "cursor_param": "cursor",
                    },
                },
            },
            {
                "name": "changes",
                "parallelized": True,
                "max_table_nesting": 0,
                "include_from_parent": ["id"],
                "endpoint": {
                    "path": "v1/deals/{resources.deals.id}/changelog",
                    "params": {"limit": 100},
                    "data_selector": "data",
                    "paginator": {
                        "type": "cursor",
                        "cursor_path": "additional_data.next_cursor",
                        "cursor_param": "cursor",
                    },
                },
            },
        ],
    },
}


pipeline = dlt.pipeline(
    f"bench_{CRM}",
    pipelines_dir=str(FOLDER / "state"),
    destination=dlt.destinations.filesystem(bucket_url=(FOLDER / "out").as_uri()),
    dataset_name="bench",
)


def read() -> None:
    pipeline.run(rest_api_source(CONFIG[CRM]), loader_file_format="parquet")


def count() -> tuple[int, int]:
    counts = pipeline.last_trace.last_normalize_info.row_counts
    rows = sum(count for table, count in counts.items() if not table.startswith("_dlt"))
    return rows, counts["deals"]


measured(read, count)
