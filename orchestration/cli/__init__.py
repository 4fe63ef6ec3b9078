"""The command line: `plumbline`. Each command says what it does, in plain words, and by its exit code how it went.

Only talking to people and scripts belongs here; the work is done elsewhere. Exit 0: all good; 1: findings of the
operator's concern (a stale connection, a held one, a night that wasn't published); 2: wrong use or configuration.
"""

from __future__ import annotations

import atexit
import os
import sys
import threading
from typing import Any

import click

from orchestration.cli.baseline import baseline
from orchestration.cli.care import compact, forget, replay, rollback
from orchestration.cli.check import check
from orchestration.cli.daemon import daemon
from orchestration.cli.deal import deal
from orchestration.cli.demo import demo
from orchestration.cli.explain import explain
from orchestration.cli.forecast import forecast
from orchestration.cli.nights import status, sync
from orchestration.cli.query import query
from orchestration.cli.setup import init
from orchestration.cli.stages import stages

EPILOG = "A workspace is chosen by PLUMBLINE_HOME, else it is the current folder. Start with: plumbline demo"


class _Commands(click.Group):
    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """As a program. A thread that hangs in a CRM's answer was left behind; Python can't end while it does."""
        try:
            return super().__call__(*args, **kwargs)
        except SystemExit as end:
            if threading.active_count() > 1:
                atexit._run_exitfuncs()  # noqa: SLF001 - what Python itself would do now, if it could end
                sys.stdout.flush()
                sys.stderr.flush()
                os._exit(end.code if isinstance(end.code, int) else 1 if end.code else 0)
            raise


@click.group(
    cls=_Commands, epilog=EPILOG, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100}
)
@click.version_option(package_name="plumbline")
def main() -> None:
    """Plumbline syncs deals from your CRMs every night and tells which of them left your sales process, and where."""


for command in (
    demo,
    init,
    check,
    explain,
    stages,
    baseline,
    sync,
    daemon,
    status,
    deal,
    forecast,
    query,
    forget,
    rollback,
    replay,
    compact,
):
    main.add_command(command)
