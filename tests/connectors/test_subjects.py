"""What activities are about is read only where the process asks for words in it: of people, no more than is needed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml

from connectors.hubspot import catalogue as hubspot
from connectors.hubspot.options import HubSpotOptions
from connectors.kinds import API_KINDS
from connectors.odoo import catalogue as odoo
from connectors.pipedrive.catalogue import streams as pipedrive_streams
from connectors.pipedrive.options import PipedriveOptions
from connectors.pipedrive.records import activity_record
from connectors.salesforce import catalogue as salesforce
from connectors.settings import ConnectionSettings
from expectations.process import DEFAULT_PROCESS
from orchestration.settings import Workspace
from tests.e2e.company import make_workspace


def words(crm: str, *, subjects: bool) -> str:
    """Everything that is asked of a CRM, and so all that a pass has to read again when it changes."""
    match crm:
        case "hubspot":
            return str(hubspot.catalogue(HubSpotOptions(subjects=subjects)))
        case "salesforce":
            return str(salesforce.objects((), subjects=subjects))
        case "odoo":
            return str(odoo.catalogue(subjects=subjects))
        case _:
            kept = activity_record({"id": 1, "type": "call", "subject": "Demo"}, subject=subjects)
            return str(kept.payload) + str(pipedrive_streams(PipedriveOptions(subjects=subjects)))


@pytest.mark.parametrize(
    ("crm", "names"),
    [
        ("hubspot", ["hs_meeting_title", "hs_call_title", "hs_email_subject"]),
        ("salesforce", ["'Subject'"]),
        ("odoo", ["'subject'", "'summary'"]),
        ("pipedrive", ["Demo", "'subject'"]),
    ],
)
def test_a_subject_is_asked_for_only_on_demand(crm: str, names: list[str]) -> None:
    assert [name for name in names if name in words(crm, subjects=False)] == []
    assert [name for name in names if name not in words(crm, subjects=True)] == []


def entry(kind: str, **options: bool) -> ConnectionSettings:
    return ConnectionSettings.model_construct(name="acme", kind=kind, fields={}, read_fields=[], options=options)


@pytest.mark.parametrize("asks", [True, False])
@pytest.mark.parametrize("kind", [*API_KINDS, "files"])
def test_the_process_decides(kind: str, asks: bool, tmp_path: Path) -> None:
    process = yaml.safe_load(DEFAULT_PROCESS.read_text(encoding="utf-8"))
    if asks:
        process["stages"][0]["steps"][0]["evidence"] = {"activity": "meeting", "text": ["demo"]}
    home = make_workspace(tmp_path / "acme", "alpha")
    (home / "process.yml").write_text(json.dumps(process), encoding="utf-8")
    workspace = Workspace.find(home)
    assert workspace.process.asks_for_text() is asks
    read = workspace.to_be_read(entry(kind))
    assert read.options.get("subjects", False) is (asks and kind != "files")


def test_who_does_not_want_it_says_so(tmp_path: Path) -> None:
    process = yaml.safe_load(DEFAULT_PROCESS.read_text(encoding="utf-8"))
    process["stages"][0]["steps"][0]["evidence"] = {"activity": "any", "text": "demo"}
    home = make_workspace(tmp_path / "acme", "alpha")
    (home / "process.yml").write_text(json.dumps(process), encoding="utf-8")
    assert Workspace.find(home).to_be_read(entry("odoo", subjects=False)).options == {"subjects": False}
