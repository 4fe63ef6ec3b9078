"""`python -m connectors.sandbox` serves whichever CRM is asked for and prints what opens it."""

from __future__ import annotations

import pytest
from click.testing import CliRunner

from connectors.sandbox.__main__ import CRMS, main
from connectors.sandbox.handle import Sandbox


@pytest.fixture(autouse=True)
def interrupted(monkeypatch):
    def wait(self):
        raise KeyboardInterrupt

    monkeypatch.setattr(Sandbox, "wait", wait)


@pytest.mark.parametrize("crm", CRMS)
def test_each_crm_is_served_and_its_credentials_are_printed(crm):
    done = CliRunner().invoke(main, ["--crm", crm, "--deals", "3", "--accounts", "2", "--token", "sesame"])
    assert done.exit_code == 0, done.output
    url, *variables = done.stdout.splitlines()
    assert url.startswith("http://127.0.0.1:")
    assert any(value.split("=")[1] == "sesame sesame-2" for value in variables)
    assert all(name.startswith(crm.upper()) for name in variables)


def test_without_a_word_it_is_hubspot():
    done = CliRunner().invoke(main, ["--deals", "3"])
    assert done.stdout.splitlines()[1:] == ["HUBSPOT_TOKEN=sandbox-token"]


def test_an_unknown_knob_is_refused_with_the_known_ones():
    done = CliRunner().invoke(main, ["--crm", "salesforce", "--knob", "nonsense=1"])
    assert done.exit_code == 2
    assert "bulk_page_rows" in done.output
