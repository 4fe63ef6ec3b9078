"""One night at a time, across processes."""

import subprocess
import sys
from pathlib import Path

import pytest

from orchestration.lock import NightRunning, night_lock

HOLD = (
    "import sys; from pathlib import Path; from orchestration.lock import night_lock\n"
    "with night_lock(Path(sys.argv[1]), 'a night'):\n"
    "    print('held', flush=True); sys.stdin.readline()\n"
)


def test_second_process_is_told_who_holds_it_and_a_dead_holder_lets_go(tmp_path: Path) -> None:
    path = tmp_path / "data" / "night.lock"
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(NightRunning) as refusal, night_lock(path, "a forget"):
            pass
        assert f"a night (process {holder.pid}) has been running since" in str(refusal.value)
        assert "Can't start a forget" in str(refusal.value)
        holder.kill()
        holder.wait()
    with night_lock(path, "a forget"):
        assert str(path.stat().st_size) != "0"


def test_same_process_may_take_it_again_and_only_the_last_release_unlocks(tmp_path: Path) -> None:
    path = tmp_path / "night.lock"
    other = [sys.executable, "-c", HOLD, str(path)]
    with night_lock(path, "a night"):
        with night_lock(path, "its first step"):
            pass
        refused = subprocess.run(other, input="\n", text=True, capture_output=True, check=False)
        assert "NightRunning" in refused.stderr
    allowed = subprocess.run(other, input="\n", text=True, capture_output=True, check=False)
    assert allowed.stdout == "held\n"
