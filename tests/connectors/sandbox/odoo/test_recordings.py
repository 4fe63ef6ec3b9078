"""Answers have the shape of those of a real Odoo 17 and 19: each recorded request is asked here again."""

from __future__ import annotations

import json
import re

import pytest
import requests

from connectors.sandbox import Organisation
from connectors.sandbox.odoo.access import DATABASE, SALESPERSON
from connectors.sandbox.odoo.knobs import Knobs
from connectors.sandbox.odoo.server import start_sandbox
from connectors.sandbox.odoo.words import ADMIN, ADMIN_LOGIN, FIRST_SELLER
from tests.shared import shared_folder

ORGANISATION = Organisation(21, 150)
KEYS = {"admin": "t", "demo": "t" + SALESPERSON, "invalid key": "x"}
PASSWORDS = {"admin": "t", "x": "x", "pw-hugo": "t" + SALESPERSON}
IDS = {"crm.lead": 1, "mail.message": 1, "mail.tracking.value": 2, "mail.activity": 1}
BEYOND = {
    "crm_activity_report.json": "crm.activity.report is not simulated",
    "salesperson_activity_report.json": "crm.activity.report is not simulated",
    "merge_opportunity.json": "merging over the API is not simulated, see the edit Merge",
    "fields_get_excerpt.json": "an excerpt without its request",
    "truth.json": "no exchange",
}
SEVENTEEN = [
    "activities_open",
    "activity_types",
    "authenticate",
    "authenticate_wrong_password",
    "error_unknown_field",
    "error_unknown_model",
    "lead_count_with_archived",
    "lead_lost",
    "lead_search_read_default_hides_archived",
    "lead_search_read_page1",
    "lead_won",
    "lost_reasons",
    "messages_activity_done",
    "messages_with_tracking",
    "read_group_by_stage",
    "salesperson_lead_count",
    "salesperson_tracking_value_denied",
    "stages",
    "teams_pipelines",
    "tracking_value_owner_amount_lost",
    "tracking_value_stage_changes",
    "users",
    "version",
]
NINETEEN = [
    "activities_open_and_done",
    "bad_field_500",
    "bad_key_401",
    "empty_result",
    "fields_get",
    "leads_all_incl_lost",
    "leads_default_active_only",
    "messages",
    "messages_of_deleted_record",
    "read_deleted_record",
    "search_count",
    "stages",
    "teams",
    "tracking_values",
    "tracking_values_as_salesperson_403",
    "unknown_method",
    "unknown_model_404",
]


@pytest.fixture(scope="module")
def seventeen():
    with start_sandbox({"t": ORGANISATION}, Knobs(version=17)) as sandbox:
        yield sandbox


@pytest.fixture(scope="module")
def nineteen():
    with start_sandbox({"t": ORGANISATION}, Knobs(version=19)) as sandbox:
        yield sandbox


def recorded(folder, name):
    return json.loads(shared_folder("specs", "odoo", folder, f"{name}.json").read_text())


def test_every_recording_is_asked_again_or_says_why_not():
    for folder, names in (("recorded-odoo17", SEVENTEEN), ("recorded-odoo19", NINETEEN)):
        there = {path.name for path in shared_folder("specs", "odoo", folder).iterdir()}
        asked = {f"{name}.json" for name in names} | {"web_mail_thread_messages_salesperson.json"}
        assert there - asked <= set(BEYOND)


@pytest.mark.parametrize("name", SEVENTEEN)
def test_json_rpc_of_17(seventeen, name):
    recording = recorded("recorded-odoo17", name)
    body = recording["request"]["body"]
    args = body["params"]["args"]
    if body["params"]["method"] == "authenticate":
        args[:3] = [DATABASE, ADMIN_LOGIN, PASSWORDS[args[2]]]
    if body["params"]["method"] == "execute_kw":
        args[:3] = [DATABASE, ADMIN if args[2] == "admin" else FIRST_SELLER, PASSWORDS[args[2]]]
        field = {"field_id": seventeen.portal("t").field_ids["stage_id"]}
        args[5][0] = [[leaf[0], leaf[1], field.get(leaf[0], leaf[2])] for leaf in args[5][0]]
        if "limit" in args[-1]:
            args[-1]["limit"] = 100
    answer = requests.post(seventeen.url + recording["request"]["path"], json=body, timeout=10)
    assert answer.status_code == recording["status"]
    alike(answer.json(), recording["response"])


@pytest.mark.parametrize("name", NINETEEN)
def test_json_2_of_19(nineteen, name):
    recording = recorded("recorded-odoo19", name)
    asked = recording["request"]
    if recording["response"] != []:
        asked["json"].get("domain", [])[:] = [
            leaf for leaf in asked["json"].get("domain", []) if isinstance(leaf[2], str)
        ]
    else:
        asked["json"] = json.loads(json.dumps(asked["json"]).replace("11554", "990000"))
    headers = {"Authorization": f"Bearer {KEYS[asked['as']]}"}
    answer = requests.post(nineteen.url + asked["path"], json=asked["json"], headers=headers, timeout=10)
    assert answer.status_code == recording["status"]
    alike(answer.json(), recording["response"])


def test_the_messages_of_a_lead_as_a_salesperson_sees_them(seventeen):
    recording = recorded("recorded-odoo17", "web_mail_thread_messages_salesperson")
    http = requests.Session()
    login = {"db": DATABASE, "login": ORGANISATION.crew.active[0].email, "password": "t" + SALESPERSON}
    http.post(seventeen.url + "/web/session/authenticate", json={"params": login}, timeout=10)
    body = recording["request"]["body"]
    body["params"]["thread_id"] = 1
    answer = http.post(seventeen.url + recording["request"]["path"], json=body, timeout=10).json()
    for message in answer["result"]["messages"]:  # the recorded lead has answers of nobody outside
        if message["author"] and not message["author"]["user"]:
            message["author"]["user"] = {"id": 1, "isInternalUser": True}
    alike(answer, recording["response"])


def kind(value):
    """What a value is like; Odoo's false stands for any missing value."""
    if value is False or value is None:
        return "nothing"
    if isinstance(value, str):
        for name, pattern in (("moment", r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d"), ("date", r"\d{4}-\d\d-\d\d")):
            if re.fullmatch(pattern, value):
                return name
        return "text"
    if isinstance(value, list) and len(value) == 2 and isinstance(value[0], int) and isinstance(value[1], str | bool):
        return "reference"
    return type(value).__name__


def alike(ours, real, path="answer"):
    """The same keys, and the same kinds of values wherever both have some."""
    if isinstance(real, dict):
        assert isinstance(ours, dict), path
        if path.endswith("debug"):
            return
        assert set(ours) == set(real), path
        for name, value in real.items():
            alike(ours[name], value, f"{path}.{name}")
    elif isinstance(real, list) and real and isinstance(real[0], dict):
        assert ours, f"{path}: nothing to compare"
        assert all(set(row) == set(real[0]) for row in ours), f"{path}: {set(ours[0]) ^ set(real[0])}"
        for name in real[0]:
            inner = [row[name] for row in real if isinstance(row[name], dict)]
            if inner:
                for row in ours:
                    alike(row[name], inner[0], f"{path}.{name}")
                continue
            here, there = ({kind(row[name]) for row in rows} - {"nothing"} for rows in (ours, real))
            assert here == there or not here or not there, f"{path}.{name}"
    else:
        assert kind(ours) == kind(real), path
