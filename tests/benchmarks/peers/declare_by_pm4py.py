"""pm4py's DECLARE check of a log, in an environment of its own: pm4py is under the AGPL and no part of ours.

Run as `python declare_by_pm4py.py EVENTS CONSTRAINTS RESULT`: a CSV of case, name and time, in the order it needs,
and a JSON of templates with their pairs. Counted is the check alone, with the rows in memory already.
"""

from __future__ import annotations

import json
import resource
import sys
from pathlib import Path

import pandas as pd
import pm4py


def processor_seconds() -> float:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


EVENTS, CONSTRAINTS, RESULT = (Path(argument) for argument in sys.argv[1:4])
HELD = {"support": 1.0, "confidence": 1.0}
model = {
    template: {tuple(pair): HELD for pair in pairs} for template, pairs in json.loads(CONSTRAINTS.read_text()).items()
}
# Its own names for the columns: with others, given as it documents, the check of 2.7.23 fails.
NAMES = {"case": "case:concept:name", "name": "concept:name", "time": "time:timestamp"}
events = pd.read_csv(EVENTS, parse_dates=["time"]).rename(columns=NAMES)
began = processor_seconds()
answers = pm4py.conformance_declare(events, model)
used = processor_seconds() - began
RESULT.write_text(
    json.dumps(
        {
            "cpu": used,
            "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
            "deals": len(answers),
            "violations": sum(len(answer["deviations"]) for answer in answers),
        }
    )
)
