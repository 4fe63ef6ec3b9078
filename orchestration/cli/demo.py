"""`plumbline demo`: a whole night on simulated CRMs, and what it found.

Only this command belongs here; its company is made in `orchestration/demo.py`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import click

from connectors.kinds import API_KINDS
from orchestration.cli.query import read_warehouse
from orchestration.cli.terminal import CONCERN, WRONG_USE, Progress, Stop, our_name, plain_words, relative, shown, table
from orchestration.settings import HOME_VARIABLE, Workspace

COUNTS = "select count(*), count(distinct connection), sum(amount_home) filter (where is_open) from marts.dim_deals"
ACCOUNT_HEADINGS = ("account", "CRM", "state", "deals", "by the CRM's count", "judged as of (UTC)")
BY_ACCOUNT = """
select connection, crm, state, deals, rows_theirs, strftime(judged_at, '%Y-%m-%d %H:%M')
from marts.dim_connections order by connection
"""
NOT_READ = "select connection, error from marts.dim_connections where error is not null order by connection"
BY_STEP = """
select t.stage_name, s.step_name, count(*) filter (where r.is_due) as owed,
    count(*) filter (where r.is_due and not r.is_ok) as not_in_time,
    count(*) filter (where r.is_mandatory and r.state = 'unknown') as unknown
from marts.fct_step_results r
join marts.dim_steps s on s.step_key = r.step_key and s.process_version = r.process_version
left join marts.dim_stages t on t.stage_key = s.stage_key and t.process_version = s.process_version
where r.is_mandatory
group by t.stage_name, s.step_name, s.stage_order
order by s.stage_order nulls last, not_in_time desc
"""
BY_KIND = "select kind, count(*) from marts.fct_findings group by 1 order by 2 desc"
AT_RISK = """
select d.deal_name, d.amount_home, o.owner_name, f.sentence from (
    select *, row_number() over (partition by deal_key order by severity = 'high' desc, since desc, finding_id) as place
    from marts.fct_findings
) f
join marts.dim_deals d on d.deal_key = f.deal_key
left join marts.dim_owners o on o.owner_key = d.owner_key
where f.place = 1 and d.is_open and d.is_judged
order by d.amount_home desc nulls last, d.deal_key
limit 3
"""


@click.command(epilog="Example: plumbline demo --deals 2000 --seed 42")
@click.option("--dir", "folder", type=click.Path(file_okay=False, path_type=Path), default=".demo", show_default=True,
              help="Where the demo's workspace is made.")  # fmt: skip
@click.option("--deals", type=click.IntRange(min=1), default=500, show_default=True, help="How many deals there are.")
@click.option("--seed", type=int, default=7, show_default=True, help="Another number is another company.")
@plain_words
def demo(folder: Path, deals: int, seed: int) -> None:
    """A night on simulated CRMs: who left the sales process, and where. Needs no account and no network.

    Every deal has a story whose verdict was written down first; the demo succeeds only when the night finds just that.
    """
    from orchestration.demo import (
        DOWN,
        NotOurs,
        differences,
        found,
        read_yesterday,
        running,
        staged_by,
        write_demo_workspace,
    )
    from orchestration.run import run_night

    say = Progress()
    company = found(deals, seed)
    with running(company) as crms:
        try:
            write_demo_workspace(folder, company, {name: crm.url for name, crm in crms.items()})
        except NotOurs as error:
            raise Stop(str(error), WRONG_USE) from error
        kinds = Counter(API_KINDS[company.crm(name)].name for name in company.organisations)
        listed = ", ".join(f"{count} {kind}" if count > 1 else kind for kind, count in kinds.items())
        say(f"{len(company.organisations)} simulated CRM accounts ({listed}) with {deals:,} deals")
        workspace = Workspace.find(folder)
        if DOWN in company.organisations:
            read_yesterday(workspace, DOWN)
            crms[DOWN].turn(company.token(DOWN), server_error_every=1)
            say(f"{DOWN} was read yesterday; tonight it is down, on purpose")
        result = run_night(workspace, as_of=company.now, say=say)
        staged = staged_by(company, crms)
    if not result.published:
        raise Stop(f"The night was not published.\n{result.record.get('error', 'See data/logs.')}", CONCERN)
    compared, wrong = differences(workspace.warehouse, staged)
    click.echo(_report(workspace, folder))
    unexpected = [concern for concern in result.concerns if not concern.startswith(f"{DOWN} is stale")]
    if wrong or unexpected:
        differing = [
            f"  {w.connection} deal {w.deal_id} {w.step_key}: told {w.told}, staged {w.truth}" for w in wrong[:10]
        ]
        raise Stop("\n".join([f"\n{len(wrong)} verdicts differ from the stories:", *differing, *unexpected]), CONCERN)
    click.echo(f"All {compared:,} verdicts are as the stories have it, as far as each CRM can know.")


def _report(workspace: Workspace, folder: Path) -> str:
    deals, accounts, pipeline = _rows(workspace, COUNTS)[0]
    steps = [[_stage(stage), *rest] for stage, *rest in _rows(workspace, BY_STEP)]
    kinds = ", ".join(f"{count} {kind.replace('_', ' ')}" for kind, count in _rows(workspace, BY_KIND)) or "none"
    home = "" if folder == Path() else f"{HOME_VARIABLE}={relative(folder)} "
    query = "select * from marts.fct_findings order by amount_home desc limit 10"
    return "\n".join([
        "",
        f"{deals:,} deals of {accounts} accounts are synced; open pipeline {_money(pipeline)} EUR.",
        "",
        table(ACCOUNT_HEADINGS, _rows(workspace, BY_ACCOUNT)),
        *(f"{name} is down: {why}" for name, why in _rows(workspace, NOT_READ)),
        "",
        table(["stage", "mandatory step", "owed", "not recorded in time", "unknown"], steps),
        "",
        f"Findings: {kinds}.",
        "",
        "The three largest open deals that left the process:",
        *_largest(_rows(workspace, AT_RISK)),
        "",
        f"The warehouse: {workspace.warehouse}",
        "Next:",
        f'  {home}{our_name()} query "{query}"',
        f"  {home}{our_name()} status",
        f"  {our_name()} init mycompany      (your own CRM)",
        "",
    ])  # fmt: skip


def _rows(workspace: Workspace, sql: str) -> list[tuple[Any, ...]]:
    return read_warehouse(workspace.warehouse, sql)[1]


def _stage(name: str | None) -> str:
    return name or "Lost"


def _money(amount: Decimal | None) -> str:
    return "-" if amount is None else f"{amount:,.0f}"


def _largest(rows: Sequence[tuple[Any, ...]]) -> list[str]:
    lines = []
    for place, (name, amount, owner, sentence) in enumerate(rows, start=1):
        lines.append(f"  {place}. {shown(name)}: {_money(amount)} EUR, {owner or 'no owner'}")
        lines.append(f"     {sentence}")
    return lines or ["  none"]
