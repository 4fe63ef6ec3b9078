"""The wheel in an environment of its own: what is not packed is not there, and the demo runs all the same.

The dependencies are this environment's (a download in a test would prove something about the network); the project's
own folder is not among them.
"""

from __future__ import annotations

import json
import os
import site
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]


def run(*command: object, cwd: Path) -> subprocess.CompletedProcess[str]:
    ours = ("PYTHON", "PLUMBLINE", "VIRTUAL")
    env = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    env |= {"DO_NOT_TRACK": "1", "NO_COLOR": "1", "PATH": "/usr/local/bin:/usr/bin:/bin"}
    words = [str(word) for word in command]
    done = subprocess.run(words, cwd=cwd, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{command}\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}"
    return done


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dist")
    build = ["pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation", "--wheel-dir", folder, ROOT]
    run(sys.executable, "-m", *build, cwd=folder)
    [built] = folder.glob("plumbline-*.whl")
    return built


def test_the_wheel_holds_the_packages_their_data_and_nothing_else(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    tops = {name.split("/")[0] for name in names}
    assert {top for top in tops if not top.endswith(".dist-info")} == {
        "connectors", "expectations", "orchestration", "dbt_project"
    }  # fmt: skip
    tracked = subprocess.run(
        ["git", "ls-files", "connectors", "expectations", "orchestration", "dbt_project"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    ).stdout.split()  # fmt: skip
    if not tracked:
        pytest.skip("this is not a git checkout, so nobody says which files there should be")
    packed = {name for name in names if ".dist-info/" not in name}
    hidden = {name for name in tracked if Path(name).name.startswith(".")}
    assert set(tracked) - packed - hidden == set(), "tracked, but not in the wheel"
    assert {name for name in packed if "target/" in name or name.endswith((".pyc", ".log", ".duckdb"))} == set()


def test_the_demo_runs_from_the_wheel_in_an_environment_of_its_own(wheel: Path, tmp_path: Path) -> None:
    place = tmp_path / "environment"
    venv.create(place, with_pip=False, symlinks=True)
    python = place / "bin" / "python"
    install = ["pip", "--quiet", "--python", python, "install", "--no-deps", "--no-index", wheel]
    run(sys.executable, "-m", *install, cwd=tmp_path)
    [packages] = (place / "lib").glob("python*/site-packages")
    [dependencies] = [folder for folder in site.getsitepackages() if Path(folder, "dagster").is_dir()]
    # A plain line of a .pth file adds the folder but doesn't read the .pth files in it, which name this checkout.
    (packages / "dependencies.pth").write_text(dependencies + "\n")
    # The commands of the dependencies that the night starts are looked for beside the interpreter.
    script = (Path(sys.executable).parent / "dbt").read_text().splitlines()
    (place / "bin" / "dbt").write_text("\n".join([f"#!{python}", *script[1:]]) + "\n")
    (place / "bin" / "dbt").chmod(0o755)

    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    where = run(python, "-c", "import connectors, dbt_project, orchestration as o; print(o.__file__)", cwd=elsewhere)
    assert Path(where.stdout.strip()).is_relative_to(packages)
    told = run(place / "bin" / "plumbline", "demo", "--dir", "demo", "--deals", "60", cwd=elsewhere)
    assert "verdicts are as the stories have it" in told.stdout + told.stderr
    home = {"PLUMBLINE_HOME": str(elsewhere / "demo")}
    asked = subprocess.run(
        [str(place / "bin" / "plumbline"), "query", "--json", "select count(*) as n from marts.dim_deals"],
        env={**home, "PATH": "/usr/bin:/bin"}, cwd=elsewhere, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert json.loads(asked.stdout)[0]["n"] > 50
    changed = [path for path in packages.rglob("*") if path.name in {"target", "logs"} and "dbt_project" in path.parts]
    assert changed == [], "nothing is ever written inside the installed project"
