"""What the SQL linter fills in for the project's portable macros and dbt's own; nothing at run time reads this.

Each stand-in gives SQL of the same shape (an expression, or select-list items), so that a model parses as it will run.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path


def _call(name: str) -> Callable[..., str]:
    def fill(*arguments: object) -> str:
        words = ["1" if isinstance(argument, (dict, list)) else str(argument) for argument in arguments]
        return f"{name}({', '.join(words)})"

    return fill


class _Dbt:
    """dbt's own cross-database macros."""

    def __getattr__(self, name: str) -> Callable[..., str]:
        return _call(name)

    def type_string(self) -> str:
        return "varchar"

    def dateadd(self, part: str, number: str, moment: str) -> str:
        return f"date_add({moment}, '{part}', {number})"


class _Plumbline:
    """The project's macros, where one calls another by its full name; those that give a list are spelled out."""

    def __getattr__(self, name: str) -> Callable[..., str]:
        return _call(name)

    def crms(self) -> list[str]:
        return ["hubspot", "salesforce", "files", "pipedrive", "odoo"]

    def crms_that_mix_merged_paths(self) -> list[str]:
        return ["hubspot"]

    def cast_text(self, kind: str, text: str) -> str:
        return f"cast_{kind}({text})"


def unnest_array(items: str, value_name: str, place_name: str) -> str:
    """Two select-list items."""
    return f"unnest({items}) as {value_name},\n        1 as {place_name}"


def unnest_map(entries: str, key_name: str, value_name: str) -> str:
    """Two select-list items."""
    return f"map_keys({entries}) as {key_name},\n        map_values({entries}) as {value_name}"


def unnest_range(last: str, name: str) -> str:
    """One select-list item."""
    return f"unnest({last}) as {name}"


def oldest_age() -> int:
    """The last of the age buckets."""
    return 31


def chain_levels(_steps: str, first_step: int = 1) -> str:
    """A common table expression."""
    columns = f"state_no,\n        {first_step} as step_no,\n        first_win as p_win,\n        first_lost as p_lost"
    return f"stepped as (\n\n    select\n        {columns}\n    from moves\n\n)"


def later_steps(_before: str, _block: int) -> str:
    """Common table expressions."""
    return "moves as (\n\n    select * from chain\n\n),\n\n" + chain_levels("")


dbt = _Dbt()
plumbline = _Plumbline()

_MACROS = Path(__file__).resolve().parent.parent / "macros"
for _path in sorted([*_MACROS.glob("cross_db/*.sql"), *_MACROS.glob("chain/*.sql")]):
    for _name in re.findall(r"\{% macro (\w+)\(", _path.read_text(encoding="utf-8")):
        if "__" not in _name and _name not in globals():
            globals()[_name] = _call(_name)
