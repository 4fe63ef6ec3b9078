"""A second judge of the answers that nobody here wrote: openapi-core reads the official descriptions by itself."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import orjson
import pytest

from connectors.sandbox import Organisation
from connectors.sandbox.pipedrive.server import start_sandbox
from tests.connectors.sandbox.pipedrive import openapi
from tests.connectors.sandbox.pipedrive.browsing import Browser
from tests.connectors.sandbox.pipedrive.test_openapi import ASKED, witnessed

openapi_core = pytest.importorskip("openapi_core", reason="openapi-core is not installed")
testing = pytest.importorskip("openapi_core.testing")


def loosened(node: Any, name: str = "") -> Any:
    """The description with the freedoms that `openapi` names, in OpenAPI's own words."""
    if isinstance(node, list):
        return [loosened(item) for item in node]
    if not isinstance(node, dict):
        return node
    if name == "properties":
        return {key: _free(key, loosened(value)) for key, value in node.items()}
    if node.get("nullable") and "enum" in node:  # null is meant, and not among the words
        node = {**node, "enum": [*node["enum"], None]}
    # v1 calls its times date-time, while its examples have them as it really writes them: naive, with a blank.
    return {key: loosened(value, key) for key, value in node.items() if (key, value) != ("format", "date-time")}


def _free(name: str, schema: Any) -> Any:
    if name in openapi.TORN:
        return {"type": "string"}
    return {**schema, "nullable": True} if name in openapi.NULLS and isinstance(schema, dict) else schema


@pytest.mark.timeout(240)
@pytest.mark.parametrize(("version", "base"), [("v2", "/api/v2"), ("v1", "/v1")])
def test_a_stranger_finds_nothing_to_say_against_the_answers(version, base):
    judge = openapi_core.OpenAPI.from_dict(loosened(deepcopy(openapi.description(version))))
    with start_sandbox({"t": Organisation(33, 60)}) as sandbox:
        found = witnessed(sandbox)
        browser = Browser(sandbox.url)
        for path, params in ASKED:
            if path.startswith(base):
                assert browser.get(path, **params).status_code == 200
    assert found
    for request, answer in found:
        asked = testing.MockRequest("https://api.pipedrive.com", "get", request.path, args=request.query)
        judge.validate_response(asked, testing.MockResponse(orjson.dumps(answer.content)))
