"""What every contestant's script needs: where the simulated CRM is, and how its reading is told.

A script is run as `python SCRIPT CRM URL TOKEN CLIENT FOLDER` by its own environment's Python, which has nothing of
ours. What it reads goes into FOLDER; seconds, rows and deals with history go into FOLDER/result.json. Imports are not
counted.
"""

from __future__ import annotations

import json
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

CRM, URL, TOKEN, CLIENT = sys.argv[1:5]
FOLDER = Path(sys.argv[5])
SINCE = "2015-01-01T00:00:00Z"
HISTORY = "dealstage,pipeline,amount,closedate,hubspot_owner_id,closed_lost_reason"
PROPERTIES = f"dealname,createdate,hs_lastmodifieddate,deal_currency_code,dealtype,num_associated_contacts,{HISTORY}"
OPPORTUNITY = (
    "Id, Name, RecordTypeId, StageName, Amount, CloseDate, IsClosed, IsWon, OwnerId, Type, CreatedDate, SystemModstamp"
)
OPPORTUNITY_HISTORY = "Id, OpportunityId, StageName, Amount, CloseDate, IsDeleted, CreatedDate, CreatedById"


def measured(read: Callable[[], None], count: Callable[[], tuple[int, int]]) -> None:
    """Time `read`; `count` then tells how many rows, and deals with their history, lie in FOLDER."""
    began = time.perf_counter()
    read()
    seconds = time.perf_counter() - began
    rows, deals = count()
    (FOLDER / "result.json").write_text(json.dumps({"seconds": seconds, "rows": rows, "deals": deals}))


def redirect(*hosts: str) -> None:
    """Send what is meant for these addresses to the simulated CRM: they are written into the peers' code."""
    from requests.adapters import HTTPAdapter

    send = HTTPAdapter.send

    def sent(self, request, *args, **kwargs):
        for host in hosts:
            request.url = request.url.replace(host, URL, 1)
        return send(self, request, *args, **kwargs)

    HTTPAdapter.send = sent


def singer_rows(path: Path) -> Counter[str]:
    """How many rows a singer tap wrote, by stream."""
    with path.open() as lines:
        messages = (json.loads(line) for line in lines if line.startswith("{"))
        return Counter(message["stream"] for message in messages if message["type"] == "RECORD")
