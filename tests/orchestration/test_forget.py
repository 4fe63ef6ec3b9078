"""Erasing a person from what was written down: the ledger's rows stay, the person doesn't."""

from pathlib import Path

import duckdb

from expectations.teams import load_teams
from orchestration.forget import scrub, scrub_configuration


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


def test_the_copies_of_waivers_csv_keep_the_waiver_and_lose_the_person(tmp_path: Path) -> None:
    copy = tmp_path / "nights" / "one" / "config" / "waivers.csv"
    copy.parent.mkdir(parents=True)
    copy.write_text("deal,step,given_by,given_on,reason,until\nacme:7,met,ann@x.org,2026-01-01,agreed,\n")
    scrub_configuration(tmp_path, ("7", "ann@x.org"))
    assert copy.read_text().splitlines()[1] == "acme:7,met,forgotten,2026-01-01,agreed,"


def test_the_copies_of_teams_csv_that_nights_keep_lose_the_person(tmp_path: Path) -> None:
    text = "email,team,manager\nann@x.org,Alps,\nbo@x.org,Alps,ANN@x.org\n"
    copies = [tmp_path / "nights" / night / "config" / "teams.csv" for night in ("one", "two")]
    for copy in copies:
        copy.parent.mkdir(parents=True)
        copy.write_text(text)
    scrub_configuration(tmp_path, ("7", "ann@x.org"))
    for copy in copies:
        assert "ann" not in copy.read_text().lower()
        assert [one.email for one in load_teams(copy)] == ["bo@x.org"]
