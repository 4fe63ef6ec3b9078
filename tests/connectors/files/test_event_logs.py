"""An event log (XES) as an export: a small one written here, and a real one counted independently."""

from __future__ import annotations

import gzip
import json
import re
from collections import Counter
from pathlib import Path

import pytest

from connectors.contract import BadInput
from connectors.files.connector import FilesConnector
from tests.connectors.files.exports import connect, pages, payloads, records, stream
from tests.shared import shared_folder

STAGES = {"Asked": "qualify", "Offered": "propose", "Signed": "won"}
LOG = """<?xml version="1.0" encoding="UTF-8"?>
<log xes.version="1.0" xmlns="http://www.xes-standard.org/">
  <string key="source" value="example"><string key="nested" value="1"/></string>
  <global scope="event"><string key="concept:name" value="none"/></global>
  <trace>
    <string key="concept:name" value="case &amp; 1"/>
    <date key="opened" value="2026-01-05T09:00:00+01:00"><string key="deep" value="x"/></date>
    <int key="value" value="1200"/>
    <string key="region" value="North"/>
    <event>
      <string key="concept:name" value="Asked"/>
      <date key="time:timestamp" value="2026-01-05T09:00:00+01:00"/>
      <string key="lifecycle:transition" value="complete"/>
      <list key="more"><values><string key="concept:name" value="Hidden"/></values></list>
    </event>
    <event>
      <string key="concept:name" value="Call"/>
      <date key="time:timestamp" value="2026-01-06T09:00:00+01:00"/>
      <string key="lifecycle:transition" value="start"/>
      <string key="org:resource" value="anna"/>
    </event>
    <event>
      <string key="concept:name" value="Signed"/>
      <date key="time:timestamp" value="2026-01-08T09:00:00+01:00"/>
      <string key="lifecycle:transition" value="complete"/>
      <string key="org:resource" value="ben"/>
    </event>
    <event>
      <string key="concept:name" value="Offered"/>
      <date key="time:timestamp" value="2026-01-07T09:00:00+01:00"/>
      <string key="lifecycle:transition" value="complete"/>
    </event>
  </trace>
  <trace><string key="concept:name" value="empty"/></trace>
</log>
"""


def small(tmp_path: Path, **options: object) -> FilesConnector:
    path = tmp_path / "log.xes"
    path.write_text(LOG, encoding="utf-8")
    return connect(path, STAGES, **options)


def present(payload: dict[str, str | None]) -> dict[str, str]:
    return {name: value for name, value in payload.items() if value is not None}


def test_a_log_gives_deals_stage_changes_and_activities(tmp_path: Path) -> None:
    connector = small(tmp_path, amount="value", created_at="opened", currency="EUR", lifecycles=["complete"])
    assert [each.name for each in connector.streams()] == ["deals", "stage_changes", "activities"]
    first, empty = payloads(connector)
    assert present(first) == {
        "deal_id": "case & 1",
        "stage_id": "Signed",  # the latest by time, not the last in the file
        "pipeline_id": "default",
        "amount": "1200",
        "currency": "EUR",
        "created_at": "2026-01-05T08:00:00Z",
        "modified_at": "2026-01-08T08:00:00Z",
        "closed_at": "2026-01-08T08:00:00Z",
        "owner_id": "ben",
        "region": "North",
    }
    assert present(empty) == {"deal_id": "empty", "pipeline_id": "default", "currency": "EUR"}
    moves = payloads(connector, "stage_changes")
    assert [(move["stage_id"], move["entered_at"], move["actor_id"]) for move in moves] == [
        ("Asked", "2026-01-05T08:00:00Z", None),
        ("Signed", "2026-01-08T08:00:00Z", "ben"),
        ("Offered", "2026-01-07T08:00:00Z", None),
    ]
    activities = payloads(connector, "activities")
    assert [(each["kind"], each["outcome"]) for each in activities] == [
        ("Asked", "complete"),
        ("Signed", "complete"),
        ("Offered", "complete"),
    ]
    connector.close()


def test_all_lifecycles_count_unless_some_are_named(tmp_path: Path) -> None:
    connector = small(tmp_path)
    activities = payloads(connector, "activities")
    assert [(each["kind"], each["outcome"], each["owner_id"]) for each in activities][1] == ("Call", "start", "anna")
    assert payloads(connector)[0]["created_at"] == "2026-01-05T08:00:00Z"
    assert payloads(connector)[0]["opened"] == "2026-01-05T09:00:00+01:00"
    connector.close()


def test_a_packed_log_is_the_same_and_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(scratch))
    plain = small(tmp_path)
    packed = tmp_path / "log.xes.gz"
    packed.write_bytes(gzip.compress(LOG.encode()))
    again = connect(packed, STAGES)
    assert records(again, "activities") == records(plain, "activities")
    assert again.count(stream(again, "stage_changes")) == 3
    assert set(again.sweep(stream(again)) or ()) == {"case & 1", "empty"}
    assert len(list(scratch.iterdir())) == 2
    plain.close()
    again.close()
    assert list(scratch.iterdir()) == []


def test_a_killed_reading_of_a_log_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("connectors.files.connector.PAGE_ROWS", 1)
    first = pages(small(tmp_path), "stage_changes")
    rest = pages(connect(tmp_path / "log.xes", STAGES), "stage_changes", **first[0].position)
    assert [p.records for p in rest] == [p.records for p in first[1:]]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (LOG[: LOG.index("<int")].encode(), r"log\.xes:8: not readable as XML: no element found; export the log again"),
        (b"<html><body>", r"log\.xes:1: the file begins with <html>, an XES log with <log>"),
        (b"<!DOCTYPE log [<!ENTITY a 'b'>]><log/>", r"log\.xes:1: the file has a DOCTYPE"),
        (b"<log><trace><event/></trace></log>", r"log\.xes: trace 1 has no concept:name"),
        (b"<log>\n<trace>\xff</trace></log>", r"log\.xes:2: not readable as XML: not well-formed"),
    ],
)
def test_a_wrong_log(tmp_path: Path, content: bytes, message: str) -> None:
    path = tmp_path / "log.xes"
    path.write_bytes(content)
    with pytest.raises(BadInput, match=message):
        records(connect(path, STAGES))


def test_a_packed_log_that_is_cut_off(tmp_path: Path) -> None:
    path = tmp_path / "log.xes.gz"
    path.write_bytes(gzip.compress(LOG.encode())[:-30])
    with pytest.raises(BadInput, match=r"log\.xes\.gz: the packed file is damaged or cut off"):
        records(connect(path, STAGES))
    path.write_bytes(LOG.encode())
    with pytest.raises(BadInput, match=r"log\.xes\.gz: the packed file is damaged or cut off"):
        records(connect(path, STAGES))


def test_a_log_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"log\.xes: can't be read: No such file or directory"):
        records(connect(tmp_path / "log.xes", STAGES))


def test_a_log_needs_a_stage_map(tmp_path: Path) -> None:
    (tmp_path / "log.xes").write_text(LOG)
    with pytest.raises(BadInput, match=r"no event is mapped to a stage; add `pipelines: \{default: \{stages: "):
        records(connect(tmp_path / "log.xes"))


def test_the_probe_lists_events_for_the_stage_map(tmp_path: Path) -> None:
    (tmp_path / "log.xes").write_text(LOG)
    assert connect(tmp_path / "log.xes", {"Asked": "qualify", "Sined": "won"}).probe() == [
        "deals: log.xes, 2 traces with 4 events",
        "  attributes of a trace: concept:name, opened, region, value",
        "  lifecycle:transition: complete 3, start 1",
        "  event Asked: 1 -> qualify",
        "  event Call: 1",
        "  event Signed: 1",
        "  event Offered: 1",
        "  the stage map names 'Sined', which no event has; did you mean 'Signed'?",
        "field_changes: absent; values are known as of today only: steps that need the time of a change are unknown",
        "contacts: absent; steps proven by contacts are unknown",
        "documents: absent; steps proven by offers or documents are unknown",
    ]


BANK_STAGES = {
    "A_SUBMITTED": "qualify",
    "A_PREACCEPTED": "develop",
    "O_SENT": "propose",
    "O_SENT_BACK": "close",
    "A_APPROVED": "won",
    "A_REGISTERED": "won",
    "A_ACTIVATED": "won",
    "A_DECLINED": "lost",
    "A_CANCELLED": "lost",
}


@pytest.mark.slow
def test_a_real_log_gives_what_its_text_holds() -> None:
    log = shared_folder("data", "bpi2012", "BPI_Challenge_2012.xes.gz")
    text = gzip.decompress(log.read_bytes()).decode()
    cases = len(re.findall(r"<trace>", text))
    bodies = [
        dict(re.findall(r'key="([^"]+)" value="([^"]*)"', e)) for e in re.findall(r"(?s)<event>(.*?)</event>", text)
    ]
    assert (cases, len(bodies)) == (13_087, 262_200)
    complete = Counter(body["concept:name"] for body in bodies if body["lifecycle:transition"] == "COMPLETE")

    every = connect(log, BANK_STAGES)
    assert every.count(stream(every, "activities")) == len(bodies)
    every.close()
    connector = connect(log, BANK_STAGES, lifecycles=["COMPLETE"], amount="AMOUNT_REQ", created_at="REG_DATE")
    kinds: Counter[str] = Counter()
    for page in connector.pages(stream(connector, "activities"), position={}, synced_to=None):
        kinds.update(json.loads(record.payload)["kind"] for record in page.records)
    assert kinds == complete
    moves = Counter(payload["stage_id"] for payload in payloads(connector, "stage_changes"))
    assert moves == {name: count for name, count in complete.items() if name in BANK_STAGES}
    deals = payloads(connector)
    assert len({deal["deal_id"] for deal in deals}) == cases
    amounts = [int(value) for value in re.findall(r'key="AMOUNT_REQ" value="(\d+)"', text)]
    assert sum(int(deal["amount"]) for deal in deals) == sum(amounts)
    ends = Counter(BANK_STAGES[deal["stage_id"]] for deal in deals)
    assert (ends["won"], ends["lost"]) == (2_246, 10_442)
    connector.close()
