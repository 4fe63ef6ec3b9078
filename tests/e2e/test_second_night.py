"""What stands in a night's way on its own machine: a night at work already, and a disk that fills up."""

from __future__ import annotations

import re
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from orchestration.lock import night_lock
from tests.e2e.company import NOW, make_workspace
from tests.e2e.shell import plumbline, published

pytestmark = pytest.mark.timeout(1800)


@pytest.mark.slow
def test_a_second_night_says_who_is_at_work_and_changes_nothing(tmp_path: Path) -> None:
    home = make_workspace(tmp_path / "home", "alpha")
    (home / "data").mkdir()
    with night_lock(home / "data" / "night.lock", "a night"):
        done = plumbline("sync", home=home)
    assert done.returncode == 2
    assert re.search(r"Can't start a night: a night \(process \d+\) has been running since .* Wait", done.stderr)
    assert "Traceback" not in done.stderr
    assert not (home / "data" / "lake").exists()
    assert not (home / "data" / "ledger").exists()


@pytest.mark.slow
def test_a_disk_that_fills_up_before_publishing_leaves_readers_what_they_had(tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    if (
        not sys.platform.startswith("linux")
        or subprocess.run(
            ["mount", "-t", "tmpfs", "-o", "size=192m", "tmpfs", str(disk)], capture_output=True, check=False
        ).returncode
    ):
        pytest.skip("a small disk can only be made by root on Linux; test_publish.py simulates a full one")
    try:
        home = make_workspace(disk / "home", "alpha")
        first = plumbline("sync", "--as-of", NOW.isoformat(), home=home)
        assert first.returncode == 0, first.stderr
        before = published(home)
        warehouse = (home / "data" / "published" / "warehouse.duckdb").stat().st_ino
        full = _sync_while_disk_fills(home, disk)
        assert full.returncode == 1, full.stderr
        assert "The disk became full" in full.stderr or "The disk is full" in full.stderr, full.stderr
        assert "Traceback" not in full.stderr
        assert (home / "data" / "published" / "warehouse.duckdb").stat().st_ino == warehouse
        assert published(home) == before
        assert "failed" in plumbline("status", home=home).stdout
        (disk / "filler").unlink()
        again = plumbline("sync", "--as-of", (NOW + timedelta(days=1)).isoformat(), home=home)
        assert again.returncode == 0, again.stderr
    finally:
        subprocess.run(["umount", str(disk)], check=True)


def _sync_while_disk_fills(home: Path, disk: Path) -> subprocess.CompletedProcess[str]:
    """A night whose disk is filled up as soon as it says that it audits."""
    command = [str(Path(sys.executable).with_name("plumbline")), "sync", "--as-of", NOW.isoformat()]
    env = {"PLUMBLINE_HOME": str(home), "PATH": "/usr/bin:/bin", "NO_COLOR": "1"}
    with subprocess.Popen(command, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        said = []
        for line in process.stderr:
            said.append(line)
            if "Audit" in line:
                _fill(disk / "filler")
        return subprocess.CompletedProcess(command, process.wait(), "", "".join(said))


def _fill(path: Path) -> None:
    with path.open("wb", buffering=0) as file:
        try:
            while True:
                file.write(b"0" * 4096)
        except OSError:
            return
