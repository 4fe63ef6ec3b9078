"""`plumbline explain`: what a step, a response or a rule of the process means, in words.

Only this command and the look of its answer belong here; the words are `expectations/explain.py`'s.
"""

from __future__ import annotations

import shutil
import textwrap

import click

from connectors.configfile import did_you_mean
from expectations.explain import Explanation, explain_version
from expectations.explain import explain as find
from expectations.process import Process
from orchestration.cli.terminal import WRONG_USE, Stop, as_json, plain_words, table
from orchestration.settings import Workspace

NARROWEST = 60


@click.command(epilog="Example: plumbline explain conversation_held")
@click.argument("step", metavar="[STEP]", required=False)
@click.option("--in-version", "version", type=int, help="As it is in this version; default: the newest that has it.")
@click.option("--json", "for_scripts", is_flag=True, help="Print the same as JSON.")
@plain_words
def explain(step: str | None, version: int | None, for_scripts: bool) -> None:
    """Say what STEP means: when it is due, who owes it, what counts as evidence, what is reported apart.

    STEP is the key of a step, a response or a rule of open deals. Without STEP, all of them are listed.
    """
    process = Workspace.find().process
    numbers = [numbered.number for numbered in process.versions]
    if version is not None and version not in numbers:
        raise Stop(f"There is no version {version}; process.yml has {numbers[0]} to {numbers[-1]}.", WRONG_USE)
    if step is None:
        listed = _all(process, version)
        if for_scripts:
            click.echo(as_json([_told(one) for one in listed]))
            return
        click.echo(table(["step", "name", "is a"], [[one.key, one.name, one.kind] for one in listed]))
        return
    found = find(process, step, version)
    if found is None:
        known = {one.key for number in ([version] if version else numbers) for one in _all(process, number)}
        raise Stop(f"process.yml has no {step!r}; {did_you_mean(step, known)}", WRONG_USE)
    click.echo(as_json(_told(found)) if for_scripts else "\n".join(lines(found, shutil.get_terminal_size().columns)))


def lines(found: Explanation, width: int) -> list[str]:
    """A headline, and each part with its heading, wrapped."""
    column = max(len(heading) for heading, _ in found.parts) + 4
    told = [f"{found.key}: {found.name} ({found.kind})"]
    for heading, text in found.parts:
        first = f"  {heading}".ljust(column)
        told += textwrap.wrap(
            text, max(width, NARROWEST), initial_indent=first, subsequent_indent=" " * column, break_long_words=False
        )
    return told


def _all(process: Process, version: int | None) -> list[Explanation]:
    chosen = [numbered for numbered in process.versions if numbered.number == version] or [process.versions[-1]]
    return list(explain_version(process, chosen[0]))


def _told(one: Explanation) -> dict[str, object]:
    said = {heading.lower().replace(" ", "_"): text for heading, text in one.parts}
    return {"key": one.key, "name": one.name, "kind": one.kind, "process_version": one.version, **said}
