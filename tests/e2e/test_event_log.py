"""A whole night over a real public event log, through the files connector and a process.yml alone.

The truth is read from the log itself, here, with nothing of the product: which case stood in which stage when.
"""

from __future__ import annotations

import gzip
import shutil
from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import groupby
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
import yaml

from tests.e2e.shell import plumbline, rows
from tests.shared import shared_folder

HERE = Path(__file__).with_name("event_log")
FLICKER = timedelta(minutes=5)
"""The default of process.yml: a move taken back within this time never happened."""

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]


def _events(log: Path, order: dict[str, int]) -> dict[str, list[tuple[datetime, int]]]:
    """case -> its completed stage events as (time, place in the process), ties in forward order."""
    cases: dict[str, list[tuple[datetime, int]]] = {}
    with gzip.open(log) as stream:
        for _, trace in ET.iterparse(stream):
            if trace.tag.rpartition("}")[2] != "trace":
                continue
            name, found = "", []
            for child in trace:
                if child.get("key") == "concept:name":
                    name = child.get("value") or ""
                values = {entry.get("key"): entry.get("value") for entry in child}
                stage = order.get(values.get("concept:name") or "")
                if stage is not None and values.get("lifecycle:transition") == "COMPLETE":
                    moment = datetime.fromisoformat(values["time:timestamp"] or "").astimezone(UTC)
                    found.append((moment, stage))
            cases[name] = sorted(found)
            trace.clear()
    return cases


def _visits(events: list[tuple[datetime, int]]) -> list[tuple[datetime, int]]:
    """Entries into another stage than the one before, but for a there-and-back within the flicker time."""
    entered = [next(run) for _, run in groupby(events, key=lambda event: event[1])]
    place = 1
    while place < len(entered) - 1:
        before, here, after = entered[place - 1 : place + 2]
        if before[1] == after[1] and after[0] - here[0] <= FLICKER:
            del entered[place : place + 2]
            place = max(1, place - 1)
        else:
            place += 1
    return entered


@pytest.fixture(scope="module")
def night(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    log = shared_folder("data", "bpi2012", "BPI_Challenge_2012.xes.gz")
    home = tmp_path_factory.mktemp("loans")
    for name in ("process.yml", "connections.yml", "plumbline.yml"):
        shutil.copy(HERE / name, home / name)
    shutil.copy(log, home / "loans.xes.gz")
    done = plumbline("sync", "--as-of", "2012-03-15T00:00:00Z", home=home)
    assert done.returncode == 0, done.stdout + done.stderr
    return home, log


def test_its_stage_visits_are_those_of_the_log(night: tuple[Path, Path]) -> None:
    home, log = night
    stages = yaml.safe_load((HERE / "connections.yml").read_text())["connections"]["loans"]["pipelines"]["default"][
        "stages"
    ]
    keys = ["qualify", "develop", "propose", "close", "won", "lost"]
    order = {event: keys.index(key) for event, key in stages.items()}
    expected = Counter(
        (case, keys[stage], moment.replace(tzinfo=None).isoformat(sep=" ", timespec="milliseconds"))
        for case, events in _events(log, order).items()
        for moment, stage in _visits(events)
    )
    assert len({case for case, _, _ in expected}) == 13_087, "the log was read wrongly by this test"
    found = Counter(
        (row["deal_id"], row["stage_key"], row["entered"])
        for row in rows(
            home,
            "select deal_id, stage_key, strftime(entered_at, '%Y-%m-%d %H:%M:%S.%g') as entered"
            " from marts.fct_stage_visits",
        )
    )
    assert found - expected == Counter()
    assert expected - found == Counter()


def test_outcomes_and_duties_are_those_known_of_the_log(night: tuple[Path, Path]) -> None:
    home, _ = night
    [totals] = rows(
        home,
        "select count(*) as deals, count(rate_low) as with_duties, sum(due) as due, sum(ok) as ok,"
        " count(*) filter (where status = 'won') as won from marts.fct_deal_compliance",
    )
    assert totals["deals"] == 13_087
    assert totals["won"] == 2_246
    assert totals["with_duties"] == 7_367, "5,720 applications never left a stage and owe nothing"
    [late] = rows(home, "select count(*) as n from marts.fct_step_results where is_due and state = 'late'")
    assert late["n"] == 2, "with a grace of 60 s only two steps are late in the whole log"
