from __future__ import annotations

import json
from pathlib import Path

import pytest

from connectors import settings as settings_module
from connectors.configfile import ConfigProblems
from connectors.contract import CredentialsError
from connectors.kinds import API_KINDS
from connectors.registry import require_credentials
from connectors.settings import ConnectionSettings, connections_schema, is_variable_name, load_connections

CONNECTORS = Path(settings_module.__file__).parent
STAGES = {"qualify", "develop", "propose", "close"}


def problems(tmp_path: Path, text: str, stage_keys: set[str] | None = None) -> list[str]:
    path = tmp_path / "connections.yml"
    path.write_text(text)
    with pytest.raises(ConfigProblems) as caught:
        load_connections(path, stage_keys)
    return [str(problem) for problem in caught.value.problems]


def test_all_faults_of_a_file_come_at_once(tmp_path: Path) -> None:
    text = """\
connections:
  Acme:
    kind: hubspot
    credentials: {token: pat-na1-0f3c-77aa}
    max_minutes: 0
    pipelines:
      default:
        deal_type: renewals
        stages:
          foo: qualfy
          bar: develop
          baz: lots
  exports:
    kind: files
    deal_url: https://crm.example/deal
    base_url: crm.example
    default_currency: Euro
    pipeline: {}
    options:
      delimiter: ";;"
      encoding: utf-88
      time_zone: Europe/Berlln
      columns: {deals: {deal_id: "Deal - ID", amount: "Deal - ID"}, activity: {}, contacts: {rolle: Role}}
  third:
    kind: hubspott
"""
    assert problems(tmp_path, text, STAGES) == [
        (
            "connections.yml:2: connections.Acme: 'Acme' can't name a connection; "
            "use small letters, digits and _, beginning with a letter (at most 63)"
        ),
        (
            "connections.yml:4: connections.Acme.credentials.token: this looks like a secret, not like the name of an "
            "environment variable (value not shown); put the secret into .env as `SOME_NAME=…` and write "
            "`token: SOME_NAME`; revoke it if it was shared"
        ),
        "connections.yml:5: connections.Acme.max_minutes: 0 is too small; write more than 0",
        (
            "connections.yml:8: connections.Acme.pipelines.default.deal_type: 'renewals' is not allowed here; "
            "did you mean 'renewal'?"
        ),
        (
            "connections.yml:10: connections.Acme.pipelines.default.stages.foo: "
            "'qualfy' is not a stage of process.yml; did you mean 'qualify'?"
        ),
        (
            "connections.yml:12: connections.Acme.pipelines.default.stages.baz: 'lots' is not a stage of process.yml; "
            "did you mean 'lost'?"
        ),
        "connections.yml:13: connections.exports: 'path' is missing; add `path: exports` (a folder) or a .xes.gz file",
        (
            "connections.yml:15: connections.exports.deal_url: the link has no {id}, so that all deals would share it; "
            "put {id} where the deal's id belongs"
        ),
        (
            "connections.yml:16: connections.exports.base_url: 'crm.example' is not a web address; "
            "write it like https://api.example.com"
        ),
        (
            "connections.yml:17: connections.exports.default_currency: 'Euro' is not a currency; "
            "write its three capital letters, like EUR"
        ),
        "connections.yml:18: connections.exports.pipeline: 'pipeline' is not a setting here; did you mean 'pipelines'?",
        (
            "connections.yml:20: connections.exports.options.delimiter: ';;' is refused: "
            "string should have at most 1 character"
        ),
        (
            "connections.yml:21: connections.exports.options.encoding: 'utf-88' is not an encoding; "
            "write one like utf-8 or cp1252"
        ),
        (
            "connections.yml:22: connections.exports.options.time_zone: 'Europe/Berlln' is not a time zone; "
            "write one like Europe/Berlin or UTC"
        ),
        (
            "connections.yml:23: connections.exports.options.columns.deals.amount: "
            "'Deal - ID' already serves 'deal_id'; give each column its own"
        ),
        (
            "connections.yml:23: connections.exports.options.columns.activity: "
            "'activity' is not an object of an export; did you mean 'activities'?"
        ),
        (
            "connections.yml:23: connections.exports.options.columns.contacts.rolle: "
            "'rolle' is not a column of contacts; did you mean 'role'?"
        ),
        "connections.yml:25: connections.third.kind: 'hubspott' is not allowed here; did you mean 'hubspot'?",
    ]


def test_no_stage_is_advised_to_close_its_deals(tmp_path):
    """`close` is near `lost` in letters alone; a map that followed the hint would lose every deal in it."""
    text = """
connections:
  crm:
    kind: hubspot
    credentials: {token: TOKEN}
    pipelines: {default: {stages: {contractsent: close, closedwon: wonn}}}
"""
    found = problems(tmp_path, text, {"lead", "offer"})
    assert [one.partition("process.yml; ")[2] for one in found] == [
        "allowed: lead, lost, offer, won",
        "did you mean 'won'?",
    ]


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        ("kind: hubspot", "'credentials' is missing; add `credentials: {token: NAME_OF_A_VARIABLE}`"),
        (
            "{kind: hubspot, credentials: {token: T}, path: x}",
            "'path' means nothing for hubspot; remove it, or set `kind: files`",
        ),
        (
            "{kind: files, path: x, deal_types: {a: new}}",
            "'deal_types' needs 'deal_type_field'; add `deal_type_field: …`, the CRM's field that holds these values",
        ),
        ("{path: x}", "'kind' is missing; add `kind: …`"),
        ("{kind: files, path: x, credentials: hunter2}", "the value (not shown) is not a mapping"),
    ],
)
def test_settings_that_do_not_fit_together(tmp_path: Path, entry: str, expected: str) -> None:
    text = f"connections:\n  a: {{{entry}}}\n" if not entry.startswith("{") else f"connections:\n  a: {entry}\n"
    (message,) = problems(tmp_path, text)
    assert expected in message
    assert "hunter2" not in message


@pytest.mark.parametrize(
    ("value", "is_name"),
    [
        ("HUBSPOT_TOKEN", True),
        ("T", True),
        ("pat-na1-11111111-2222-3333-4444-555555555555", False),
        ("AKIAIOSFODNN7EXAMPLEXX", False),
        ("d41d8cd98f00b204e9800998ecf8427e", False),
        ("", False),
        ("MY TOKEN", False),
        ("$HUBSPOT_TOKEN", False),
    ],
)
def test_only_variable_names_pass_as_credentials(value: str, is_name: bool) -> None:
    assert is_variable_name(value) is is_name


TEMPLATES = sorted((CONNECTORS / "templates").glob("*.yml"))


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.stem)
def test_a_template_is_valid_and_maps_every_stage(template: Path) -> None:
    (connection,) = load_connections(template, STAGES).values()
    assert (connection.kind, connection.default_currency) == (template.stem, "EUR")
    (pipeline,) = connection.pipelines.values()
    crm = API_KINDS.get(template.stem)
    implied = crm.implied_stages.values() if crm else ()
    # Odoo ships three open stages, so one of the process has none there.
    assert {*pipeline.stages.values(), *implied} == {*STAGES, "won", "lost"} - (
        {"close"} if crm is API_KINDS["odoo"] else set()
    )


def test_every_kind_has_a_template() -> None:
    assert {path.stem for path in TEMPLATES} == {*API_KINDS, "files"}


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.stem)
def test_a_templates_examples_are_valid_too(template: Path, tmp_path: Path) -> None:
    path = tmp_path / "connections.yml"
    lines = template.read_text().split("\n")
    examples = [line.replace("# ", "", 1) for line in lines if line.startswith("    # ") and "options: {" not in line]
    path.write_text("\n".join([*lines, *examples]))
    (connection,) = load_connections(path, STAGES).values()
    assert connection.options["columns"] if template.stem == "files" else connection.deal_url


def test_the_kept_schema_is_current() -> None:
    kept = json.loads((CONNECTORS / "connections.schema.json").read_text())
    assert kept == connections_schema(), "write connections.schema.json anew from connections_schema()"


def test_missing_variables_are_named_with_the_fix() -> None:
    settings = ConnectionSettings(
        name="acme", kind="hubspot", credentials={"client_id": "ACME_ID", "client_secret": "ACME_SECRET"}
    )
    with pytest.raises(CredentialsError) as caught:
        require_credentials(settings, {"ACME_ID": " "})
    assert str(caught.value) == (
        "acme: the environment variables ACME_ID and ACME_SECRET are not set; write them into the workspace's .env "
        "as `ACME_ID=…`, or correct `credentials` in connections.yml"
    )
    require_credentials(settings, {"ACME_ID": "x", "ACME_SECRET": "y"})


def test_an_option_that_hubspot_does_not_have_is_named_with_its_line(tmp_path):
    path = tmp_path / "connections.yml"
    path.write_text(
        "connections:\n  acme:\n    kind: hubspot\n    credentials: {token: ACME_TOKEN}\n    options:\n"
        "      overlap_minutes: 30\n      threadz: 4\n      timeout_seconds: soon\n"
    )
    with pytest.raises(ConfigProblems) as raised:
        load_connections(path)
    told = [(problem.line, problem.message.partition(" (")[0]) for problem in raised.value.problems]
    assert told == [
        (7, "'threadz' is not an option"),
        (8, "timeout_seconds: 'soon' is not a number from 0.1 to 600"),
    ]
