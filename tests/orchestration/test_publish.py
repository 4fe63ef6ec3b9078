"""Publishing: all or nothing, and never half a night in anybody's eyes."""

import errno
import os
import shutil
import threading
from pathlib import Path

import duckdb
import orjson
import pytest

from orchestration.publish.duckdb_file import DuckdbFilePublisher
from orchestration.publish.interface import PublishError, disk_is_full
from orchestration.publish.parquet import ParquetPublisher
from orchestration.publish.publication import prune, publish, roll_back
from tests.orchestration.conftest import both, duckdb_only, make_marts


def night(number: int) -> str:
    return f"20260101T0{number:05d}-aaaaaaaa"


def version(path: Path) -> int:
    with duckdb.connect(str(path), read_only=True) as con:
        (value,) = con.execute("select distinct version from marts.fct_findings").fetchone()
    return value


def publish_version(folder: Path, tmp_path: Path, number: int, open_all=duckdb_only) -> None:
    publish(open_all(folder), make_marts(tmp_path / f"b{number}" / "warehouse.duckdb", number), night(number))


@pytest.mark.slow
def test_four_readers_during_ten_publications_see_no_error_and_no_mixture(tmp_path: Path) -> None:
    folder = tmp_path / "published"
    publish_version(folder, tmp_path, 0)
    stop, problems, seen = threading.Event(), [], set()

    def read() -> None:
        # Another process opens a new database each time; inside one process DuckDB would share the handle.
        import subprocess
        import sys

        code = (
            "import duckdb, sys\n"
            "for _ in range(40):\n"
            "    with duckdb.connect(sys.argv[1], read_only=True) as c:\n"
            "        print(c.execute('select min(version), max(version) from ("
            "select version from marts.fct_findings union all select version from marts.fct_forecasts)').fetchone())\n"
        )
        while not stop.is_set():
            done = subprocess.run(
                [sys.executable, "-c", code, str(folder / "warehouse.duckdb")],
                text=True,
                capture_output=True,
                check=False,
            )
            if done.returncode:
                problems.append(done.stderr)
            seen.update(done.stdout.splitlines())

    readers = [threading.Thread(target=read) for _ in range(4)]
    for reader in readers:
        reader.start()
    for number in range(1, 11):
        publish_version(folder, tmp_path, number)
    stop.set()
    for reader in readers:
        reader.join()
    assert problems == []
    assert seen
    assert all(low == high for low, high in (line.strip("()").split(", ") for line in seen))
    assert version(folder / "warehouse.duckdb") == 10


def test_a_reader_that_keeps_the_old_file_open_keeps_the_old_night(tmp_path: Path) -> None:
    folder = tmp_path / "published"
    publish_version(folder, tmp_path, 1)
    with (folder / "warehouse.duckdb").open("rb") as old:
        before = os.fstat(old.fileno()).st_ino
        publish_version(folder, tmp_path, 2)
        assert (folder / "warehouse.duckdb").stat().st_ino != before
        assert os.fstat(old.fileno()).st_nlink == 1, "the old night is still there under its own name"


def test_published_file_has_no_log_beside_it_and_the_storage_of_its_build(marts: Path, tmp_path: Path) -> None:
    folder = tmp_path / "published"
    publish(duckdb_only(folder), marts, night(1))
    assert sorted(p.name for p in folder.iterdir()) == [f"{night(1)}.duckdb", "warehouse.duckdb"]
    assert (folder / "warehouse.duckdb").samefile(folder / f"{night(1)}.duckdb")


@pytest.mark.parametrize("failing", [shutil, os])
def test_full_disk_is_told_in_words_and_changes_nothing(failing, marts: Path, tmp_path: Path, monkeypatch) -> None:
    folder = tmp_path / "published"
    publish_version(folder, tmp_path, 1)

    def full(*_args: object, **_kwargs: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(failing, "copyfile" if failing is shutil else "link", full)
    with pytest.raises(PublishError, match="disk is full") as told:
        publish(duckdb_only(folder), marts, night(2))
    assert "Nothing that is published was changed" in str(told.value)
    assert version(folder / "warehouse.duckdb") == 1
    assert DuckdbFilePublisher(folder).current() == night(1)
    if failing is shutil:
        assert sorted(p.name for p in folder.iterdir()) == [f"{night(1)}.duckdb", "warehouse.duckdb"]


def test_if_the_second_publisher_fails_the_first_publishes_nothing(marts: Path, tmp_path: Path, monkeypatch) -> None:
    folder = tmp_path / "published"
    publish_version(folder, tmp_path, 1, both)

    def full(*_args: object) -> dict[str, int]:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(ParquetPublisher, "_export", full)
    publishers = both(folder)
    with pytest.raises(PublishError, match="Parquet publication"):
        publish(publishers, marts, night(2))
    assert [p.current() for p in publishers] == [night(1), night(1)]
    assert [p.nights() for p in publishers] == [[night(1)], [night(1)]]


def test_parquet_manifest_names_files_of_one_night_with_their_rows(marts: Path, tmp_path: Path) -> None:
    folder = tmp_path / "published"
    publish(both(folder), marts, night(3))
    manifest = orjson.loads((folder / "parquet" / "manifest.json").read_bytes())
    assert manifest["night_id"] == night(3)
    table = manifest["tables"]["fct_findings"]
    assert table["rows"] == 100
    found = duckdb.sql(f"select count(*) from '{folder / 'parquet' / table['file']}'").fetchall()
    assert found == [(100,)]


def test_roll_back_goes_to_the_night_before_with_every_publisher_and_prune_keeps_the_current(tmp_path: Path) -> None:
    folder = tmp_path / "published"
    for number in range(1, 5):
        publish_version(folder, tmp_path, number, both)
    publishers = both(folder)
    assert roll_back(publishers) == night(3)
    assert version(folder / "warehouse.duckdb") == 3
    assert [p.current() for p in publishers] == [night(3)] * 2
    assert roll_back(publishers, night(1)) == night(1)
    assert prune(publishers, keep=2) == [night(2)]
    assert publishers[0].nights() == [night(1), night(3), night(4)], "the current night is never removed"
    with pytest.raises(PublishError, match=r"no night before .* to go back to\. Kept are"):
        roll_back(publishers)


def test_in_a_copied_workspace_the_current_night_is_still_known(tmp_path: Path) -> None:
    folder, copy = tmp_path / "published", tmp_path / "copy"
    for number in (1, 2):
        publish_version(folder, tmp_path, number, duckdb_only)
    shutil.copytree(folder, copy)  # as a backup restores it: two files where there was one with two names
    (publisher,) = duckdb_only(copy)
    assert publisher.current() == night(2)


def test_a_full_disk_is_known_behind_other_errors(tmp_path: Path) -> None:
    def wrapped(cause: Exception) -> Exception:
        outer = RuntimeError("sqlite3.OperationalError: disk I/O error")
        outer.__cause__ = ValueError("x")
        outer.__cause__.__context__ = cause
        return outer

    assert disk_is_full(wrapped(OSError(errno.ENOSPC, "No space left on device")), tmp_path)
    assert disk_is_full(wrapped(ValueError("IO Error: No space left on device")), tmp_path)
    assert not disk_is_full(wrapped(OSError(errno.EACCES, "Permission denied")), tmp_path)


def test_nothing_published_yet_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(PublishError, match="Nothing is published yet"):
        roll_back(duckdb_only(tmp_path))


def test_publishing_over_a_build_that_somebody_has_open_is_refused(marts: Path, tmp_path: Path) -> None:
    import subprocess
    import sys

    code = f"import duckdb,sys; c=duckdb.connect({str(marts)!r}); print('open', flush=True); sys.stdin.readline()"
    with subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout is not None
        other.stdout.readline()
        with pytest.raises(PublishError, match="in use by another program"):
            publish(duckdb_only(tmp_path / "published"), marts, night(1))
        other.kill()
