"""Judging requests and answers by Pipedrive's official OpenAPI descriptions, with nothing of them copied.

The descriptions are stricter than their own words and examples, or than recorded answers, in a few places. Those are
loosened before judging (`NULLS`, `LISTS`, `PAGING`, `TORN`); everything else stands.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any, Final

import orjson
import yaml
from jsonschema import Draft202012Validator

from connectors.sandbox.wire import Answer, Request
from tests.shared import shared_folder

Schema = dict[str, Any]
NULLS: Final = frozenset((
    # The description of next_cursor says that it is null on the last page; its schema forgets it.
    "next_cursor",
    # Recorded answers have null where nothing is set, whatever the schema says.
    "person_id", "org_id", "stage_change_time", "won_time", "lost_time", "expected_close_date", "lead_id", "project_id",
    "deal_id", "marked_as_done_time", "location", "conference_meeting_client", "conference_meeting_url",
    "conference_meeting_id", "public_description", "priority", "note",
))  # fmt: skip
LISTS: Final = frozenset(("status", "include_fields"))
"""Parameters whose schema is a list of words, while their description allows several, separated by commas."""
PAGING: Final = frozenset(("next_start", "pagination"))
"""Of v1's paging by offset; most answers show it in the example only, or not at all."""
TORN: Final = frozenset(("field_type",))
"""v1 wants its value in two lists of words at once that have little in common."""
BASES: Final = (("/api/v2", "v2"), ("/api/v1", "v1"), ("/v1", "v1"))


@cache
def description(version: str) -> dict[str, Any]:
    """One of the two official descriptions; skips the test where they are absent."""
    text = shared_folder("specs", "pipedrive", f"openapi-{version}.yaml").read_text()
    loaded: dict[str, Any] = yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    return loaded


def operation(request: Request) -> tuple[str, str, dict[str, Any]]:
    """(version, path as described, operation) of a request; fails for what Pipedrive doesn't have."""
    base, version = next(((base, v) for base, v in BASES if request.path.startswith(base + "/")), ("", ""))
    assert version, f"{request.path} is below no address of the API"
    path = request.path.removeprefix(base)
    paths = description(version)["paths"]
    fitting = [known for known in paths if re.fullmatch(re.sub(r"\{\w+\}", r"[^/]+", known), path)]
    assert fitting, f"{version} knows no {path}"
    best = min(fitting, key=lambda known: known.count("{"))
    assert request.method.lower() in paths[best], f"{version} knows no {request.method} {best}"
    return version, best, paths[best][request.method.lower()]


def faults_of_request(request: Request) -> list[str]:
    """What the description has against a request: unknown or missing parameters, and values of the wrong kind."""
    version, path, described = operation(request)
    known = {item["name"]: item for item in (resolved(version, item) for item in described.get("parameters", ()))}
    faults = [f"{path} has no parameter {name}" for name in request.query if known.get(name, {}).get("in") != "query"]
    for name, item in known.items():
        if item["in"] == "query" and item.get("required") and name not in request.query and name != "cursor":
            faults.append(f"{path} needs {name}")
        if name in request.query and item["in"] == "query":
            words = request.query[name].split(",") if name in LISTS or _is_list(item) else [request.query[name]]
            faults += [f"{path}: {name}={word} is no {item['schema']}" for word in words if not _fits(word, item)]
    assert "api_token" not in request.query, "a token in the address ends in logs"
    return faults


def _is_list(item: Mapping[str, Any]) -> bool:
    return bool(item["schema"].get("type") == "array")


def _fits(word: str, item: Mapping[str, Any]) -> bool:
    schema = item["schema"]["items"] if _is_list(item) else item["schema"]
    value: int | str | bool = word
    if schema["type"] in ("integer", "number"):
        value = _number(word)
    elif schema["type"] == "boolean":
        value = {"true": True, "false": False}.get(word, word)
    return Draft202012Validator({key: schema[key] for key in ("type", "enum") if key in schema}).is_valid(value)


def _number(word: str) -> int | str:
    return int(word) if word.isdigit() else word


def faults_of_answer(request: Request, answer: Answer) -> list[str]:
    """What the description has against an answer: types, and fields that it doesn't know."""
    version, path, described = operation(request)
    content = orjson.loads(orjson.dumps(answer.content))
    if str(answer.status) not in described["responses"]:
        return [] if answer.status >= 400 else [f"{path} never answers {answer.status}"]
    validator, known = _judge(version, path, request.method.lower(), str(answer.status))
    faults = [f"{path}: {fault.json_path}: {fault.message[:160]}" for fault in validator.iter_errors(content)]
    wanted = set(request.query.get("include_fields", "").split(","))
    strange = set(_names(content)) - known - wanted - PAGING
    return faults + [f"{path}: unheard of: {name}" for name in sorted(strange)]


@cache
def _judge(version: str, path: str, method: str, status: str) -> tuple[Draft202012Validator, frozenset[str]]:
    """The schema of an answer, and all names of fields in it and in its example."""
    responses = description(version)["paths"][path][method]["responses"]
    about = resolved(version, responses[status])["content"]["application/json"]
    schema = judged(version, about["schema"])
    return Draft202012Validator(schema), frozenset((*_schema_names(schema), *_names(about.get("example"))))


def examples(request: Request) -> Any:
    """The example that the description gives of an answer."""
    version, _, described = operation(request)
    return resolved(version, described["responses"]["200"])["content"]["application/json"].get("example")


def resolved(version: str, item: Any) -> Any:
    """What a $ref points at."""
    while isinstance(item, dict) and "$ref" in item:
        found: Any = description(version)
        for name in item["$ref"].removeprefix("#/").split("/"):
            found = found[name.replace("~1", "/").replace("~0", "~")]
        item = found
    return item


def judged(version: str, schema: Any, name: str = "") -> Any:
    """A schema of OpenAPI 3.0 as JSON Schema, loosened where NULLS says so."""
    schema = resolved(version, schema)
    if isinstance(schema, list):
        return [judged(version, item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    new: Schema = {key: value for key, value in schema.items() if key in ("type", "enum", "required")}
    for key in ("allOf", "oneOf", "anyOf"):
        if key in schema:
            new[key] = judged(version, schema[key])
    if name in TORN and version == "v1":
        return {"type": "string"}
    if "items" in schema:
        new["items"] = judged(version, schema["items"])
    if "properties" in schema:
        new["properties"] = {key: judged(version, value, key) for key, value in schema["properties"].items()}
    if isinstance(schema.get("additionalProperties"), dict):
        new["additionalProperties"] = judged(version, schema["additionalProperties"])
    return {"anyOf": [new, {"type": "null"}]} if schema.get("nullable") or name in NULLS else new


def _schema_names(schema: Any) -> Iterator[str]:
    if isinstance(schema, list):
        for item in schema:
            yield from _schema_names(item)
    elif isinstance(schema, dict):
        yield from schema.get("properties", ())
        for value in schema.values():
            yield from _schema_names(value)


def _names(content: Any, inside: str = "") -> Iterator[str]:
    if isinstance(content, list):
        for item in content:
            yield from _names(item, inside)
    elif isinstance(content, dict):
        for name, value in content.items():
            if inside not in ("values_total", "weighted_values_total"):
                yield name
            if name != "custom_fields":  # its keys are each company's own
                yield from _names(value, name)
