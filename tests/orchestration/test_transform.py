"""dbt's reading of the project: made once for a user's workspaces, and made again whenever it might be another."""

from __future__ import annotations

import os
import shutil
from collections.abc import Sequence
from pathlib import Path

import pytest

from orchestration import transform
from orchestration.transform import DbtHome


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project of one model, under the profile and the settings of the real one, and a user who has no reading yet."""
    installed = transform.project_folder()
    folder = tmp_path / "installed"
    (folder / "models").mkdir(parents=True)
    (folder / "macros").mkdir()
    for name in ("profiles.yml", "dbt_project.yml"):
        shutil.copy(installed / name, folder)
    (folder / "models" / "one.sql").write_text("select 1 as one")
    monkeypatch.setattr(transform, "project_folder", lambda: folder)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return folder


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The workspaces for which dbt has read the project; what it makes of it is the text of the model."""
    asked: list[str] = []

    def run(home: DbtHome, arguments: Sequence[str]) -> str:
        assert list(arguments) == ["parse"]
        asked.append(home.project.parent.name)
        text = (home.project / "models" / "one.sql").read_text()
        for name in ("manifest.json", "partial_parse.msgpack"):
            (home.target / name).write_text(f"{name} of {text}")
        return ""

    monkeypatch.setattr(DbtHome, "run", run)
    return asked


def home(tmp_path: Path, name: str) -> DbtHome:
    data = tmp_path / name
    return DbtHome(data / "project", data / "target", data / "logs", data / "builds" / "tonight")


def made(workspace: DbtHome) -> str:
    """What dbt was found to have made of the project, the same in both of its files."""
    one = workspace.prepare().read_text().removeprefix("manifest.json of ")
    assert (workspace.target / "partial_parse.msgpack").read_text() == f"partial_parse.msgpack of {one}"
    return one


def kept(tmp_path: Path) -> list[Path]:
    return sorted((tmp_path / "cache").rglob("*"))[1:]


def test_a_second_workspace_takes_the_reading_of_the_first(project: Path, read: list[str], tmp_path: Path) -> None:
    assert made(home(tmp_path, "first")) == made(home(tmp_path, "second")) == made(home(tmp_path, "first"))
    assert read == ["first"]


def test_a_changed_model_is_read_in_every_workspace(project: Path, read: list[str], tmp_path: Path) -> None:
    first, second = home(tmp_path, "first"), home(tmp_path, "second")
    made(first), made(second)
    (project / "models" / "one.sql").write_text("select 2 as one")
    assert made(second) == made(first) == "select 2 as one"
    (project / "models" / "one.sql").write_text("select 1 as one")
    assert made(first) == made(home(tmp_path, "third")) == "select 1 as one"
    assert read == ["first", "second"]


def test_another_dbt_reads_for_itself(
    project: Path, read: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made(home(tmp_path, "first"))
    monkeypatch.setattr(transform, "version", lambda package: "1.11.99" if package == "dbt-duckdb" else "1.0")
    made(home(tmp_path, "second")), made(home(tmp_path, "first"))
    assert read == ["first", "second"]


@pytest.mark.parametrize("damage", ["cut short", "other bytes", "empty", "nothing of ours"])
def test_a_damaged_reading_is_made_again_and_heals(project: Path, read: list[str], tmp_path: Path, damage: str) -> None:
    made(home(tmp_path, "first"))
    [place] = kept(tmp_path)
    whole = place.read_bytes()
    place.write_bytes({
        "cut short": whole[: len(whole) // 2], "other bytes": whole.replace(whole[50:60], b"\0" * 10, 1), "empty": b"",
        "nothing of ours": b"PK\x05\x06" + b"\0" * 18,
    }[damage])  # fmt: skip
    assert made(home(tmp_path, "second")) == made(home(tmp_path, "third")) == "select 1 as one"
    assert read == ["first", "second"]


def test_whoever_cannot_keep_a_reading_reads_for_himself(
    project: Path, read: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "cache").write_text("a file where the folder would be")
    made(home(tmp_path, "first")), made(home(tmp_path, "second")), made(home(tmp_path, "second"))
    monkeypatch.setenv("XDG_CACHE_HOME", "relative/paths/count/for/nothing")
    monkeypatch.setattr(Path, "expanduser", _homeless)
    made(home(tmp_path, "third"))
    assert read == ["first", "second", "third"]


def _homeless(_path: Path) -> Path:
    raise RuntimeError("Could not determine home directory.")


def test_few_readings_are_kept(project: Path, read: list[str], tmp_path: Path) -> None:
    for number in range(10):
        (project / "models" / "one.sql").write_text(f"select {number} as one")
        made(home(tmp_path, "first"))
        os.utime(max(kept(tmp_path), key=lambda path: path.stat().st_mtime_ns), (number, number))
    assert len(kept(tmp_path)) == 8
    made(home(tmp_path, "second"))
    assert read == ["first"] * 10


def test_the_links_follow_an_installation_that_moved(project: Path, read: list[str], tmp_path: Path) -> None:
    first = home(tmp_path, "first")
    made(first)
    (first.project / "models").unlink()
    (first.project / "models").symlink_to(tmp_path / "an older release" / "models")
    first.prepare()
    assert (first.project / "models" / "one.sql").read_text() == "select 1 as one"


@pytest.mark.slow
def test_dbt_itself_takes_the_reading_of_another_workspace_for_its_own(project: Path, tmp_path: Path) -> None:
    before = sorted(project.rglob("*"))
    for name in ("first", "second"):
        workspace = home(tmp_path, name)
        workspace.prepare()
        build = tmp_path / name / "builds" / "some night"
        build.mkdir(parents=True)
        workspace.point_at(build)
        workspace.run(["run"])
        assert (build / "build.duckdb").exists()
        assert (build / "warehouse.duckdb").exists()
    log = (tmp_path / "second" / "logs" / "dbt" / "dbt.log").read_text()
    assert "Nothing changed, skipping partial parsing." in log
    assert "Unable to do partial parsing" not in log
    assert sorted(project.rglob("*")) == before, "nothing is written in the installed project"
