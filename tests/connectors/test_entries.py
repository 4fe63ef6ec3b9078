"""What an operator reads who wrote a wrong entry."""

from __future__ import annotations

from datetime import UTC, datetime
from importlib import import_module

import pytest

from connectors.contract import BadInput
from connectors.entries import checked_address, variables
from connectors.probing import ProbedEntry

OAUTH = {"client_id": "ID", "client_secret": "SECRET", "refresh_token": "REFRESH"}
ENV = {"ID": "id", "SECRET": "secret", "REFRESH": "refresh"}


def test_several_variables_are_named_as_several() -> None:
    assert variables({"token": "A"}) == "the environment variable A"
    assert variables({"login": "A", "api_key": "B"}) == "the environment variables A and B"


@pytest.mark.parametrize("address", ["http://crm.example", "https://me:word@crm.example", "crm.example"])
def test_an_address_that_gives_secrets_away_is_refused(address: str) -> None:
    with pytest.raises(BadInput, match=r"connections.yml, acme, options, token_url: "):
        checked_address("acme", address, example="https://crm.example", what="options, token_url")


@pytest.mark.parametrize("kind", ["hubspot", "pipedrive"])
def test_a_refresh_token_is_never_sent_unencrypted(kind: str) -> None:
    entry = ProbedEntry("acme", None, OAUTH, options={"token_url": "http://crm.example/token"})
    with pytest.raises(BadInput, match=r"options, token_url.*unencrypted"):
        import_module(f"connectors.{kind}.open").open_connector(entry, ENV, lambda: datetime(2026, 1, 1, tzinfo=UTC))
