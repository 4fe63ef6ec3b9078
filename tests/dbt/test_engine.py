"""What the engine gets wrong when it is left to itself, and that our build keeps it from that."""

from __future__ import annotations

from pathlib import Path

import duckdb
import yaml

from tests.dbt.harness import PROJECT


def counted(settings: dict[str, str], folder: Path) -> list[tuple[str, int]]:
    """Groups in which at least thirty rows hold something: two of three, each of forty rows, found by a join."""
    with duckdb.connect(str(folder / "engine.duckdb")) as db:
        for name, value in settings.items():
            db.execute(f"set {name} = '{value}'")
        db.execute("""create table verdicts as
            select 1 as version, step, state
            from (values ('a', 'late'), ('b', 'done'), ('c', 'missing')) as steps(step, state), range(40)""")
        db.execute("create table versions as select 1 as version from range(3)")
        return db.execute("""
            select step, done from (
                select step, sum(case when state <> 'missing' then 1 else 0 end) as done
                from verdicts
                inner join (select max(version) as version from versions) as newest using (version)
                group by step)
            where done >= 30 order by step""").fetchall()


def test_a_sum_that_is_compared_keeps_its_rows(tmp_path: Path) -> None:
    """Found when advice on steps stayed silent for forty deals: the comparison was decided before counting."""
    profile = yaml.safe_load((PROJECT / "profiles.yml").read_text(encoding="utf-8"))
    settings = profile["plumbline"]["outputs"]["night"]["settings"]
    assert settings["disabled_optimizers"] == "statistics_propagation"
    assert counted(settings, tmp_path) == [("a", 40), ("b", 40)]
