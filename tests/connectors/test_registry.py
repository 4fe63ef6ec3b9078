"""Opening connectors by their kind."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from connectors.contract import CredentialsError
from connectors.registry import open_connector
from connectors.settings import ConnectionSettings


def clock() -> datetime:
    return datetime(2026, 1, 5, tzinfo=UTC)


def test_files_are_found_relative_to_the_workspace(tmp_path: Path) -> None:
    (tmp_path / "exports").mkdir()
    (tmp_path / "exports" / "deals.csv").write_text("deal_id,stage_id,created_at\n")
    settings = ConnectionSettings(name="other", kind="files", path="exports")
    connector = open_connector(settings, env={}, clock=clock, workspace=tmp_path)
    assert (connector.connection, connector.crm) == ("other", "files")
    assert [stream.name for stream in connector.streams()] == ["deals"]
    connector.close()


def test_hubspot_opens_with_its_token_and_not_without(tmp_path: Path) -> None:
    settings = ConnectionSettings(name="acme", kind="hubspot", credentials={"token": "ACME_TOKEN"})
    connector = open_connector(settings, env={"ACME_TOKEN": "x"}, clock=clock, workspace=tmp_path)
    assert (connector.connection, connector.crm) == ("acme", "hubspot")
    connector.close()
    with pytest.raises(CredentialsError, match="acme: the environment variable ACME_TOKEN is not set; write it into"):
        open_connector(settings, env={}, clock=clock, workspace=tmp_path)


def test_a_kind_that_is_not_used_is_not_imported() -> None:
    script = (
        "import sys, connectors.registry; print({'connectors.hubspot.open', 'requests', 'pyarrow'} & {*sys.modules})"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
