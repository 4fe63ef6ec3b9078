"""Erasing a person from what was written down: the ledger's rows stay, the person doesn't."""

from pathlib import Path

import duckdb

from orchestration.forget import scrub


def test_scrub_replaces_the_person_everywhere_and_nobody_else(tmp_path: Path) -> None:
    path = tmp_path / "alerts.parquet"
    duckdb.sql(
        "select * from (values ('ann@x.org', 'acme:7', 'Ann@X.org left it out', 1), "
        "('joann@x.org', 'acme:77', 'nobody', 2), ('bob@x.org', 'acme:7:note', null, 3)) "
        "v(owner_key_now, moved_by, sentence, amount)"
    ).write_parquet(str(path))
    assert scrub(path, ("ann@x.org", "7")) == 2
    rows = duckdb.sql(f"select * from '{path}' order by amount").fetchall()
    assert rows[0] == ("forgotten", "forgotten", "forgotten", 1)
    assert rows[2] == ("bob@x.org", "forgotten", None, 3)
    assert rows[1] == ("joann@x.org", "acme:77", "nobody", 2)
    assert scrub(path, ("ann@x.org", "7")) == 0


def test_a_bare_number_is_a_person_only_where_people_stand(tmp_path: Path) -> None:
    path = tmp_path / "alerts.parquet"
    duckdb.sql("select 'acme:7' as deal_key, 'acme:7' as owner_key_now").write_parquet(str(path))
    assert scrub(path, ("7",)) == 1
    assert duckdb.sql(f"select * from '{path}'").fetchall() == [("acme:7", "forgotten")]
