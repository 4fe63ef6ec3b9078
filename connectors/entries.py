"""What every connector asks of its entry of connections.yml: an address, credentials, names of fields, options.

Here belongs what is the same for each CRM, down to the words of the errors. Which options there are, what a field may
be called and which credentials are a way to log in is each CRM package's.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Protocol
from urllib.parse import urlsplit

from connectors.contract import BadInput, CredentialsError

LOOPBACK: Final = ("localhost", "127.0.0.1", "::1")


class Entry(Protocol):
    """What is asked of an entry of connections.yml (connectors.settings.ConnectionSettings has it)."""

    name: str
    base_url: str | None
    credentials: dict[str, str]
    fields: dict[str, str]
    read_fields: list[str]
    options: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Number:
    """An option that is a number."""

    default: float
    least: float
    most: float


@dataclass(frozen=True, slots=True)
class OptionRules:
    """Which options a kind has. `choices` are texts of which only some may be; flags are true or false."""

    numbers: Mapping[str, Number]
    texts: Collection[str] = ()
    flags: Collection[str] = ()
    choices: Mapping[str, Sequence[str]] = field(default_factory=dict)

    @property
    def names(self) -> tuple[str, ...]:
        """Every option that there is."""
        return (*self.choices, *self.numbers, *self.texts, *self.flags)

    def faults(self, given: Mapping[str, Any]) -> dict[str, str]:
        """What is wrong with each option, by its name; empty when all is well."""
        told = {name: self._fault(name, value) for name, value in given.items()}
        return {name: fault for name, fault in told.items() if fault}

    def read_numbers(self, connection: str, given: Mapping[str, Any]) -> dict[str, float]:
        """Each number, given or not. Raises BadInput that names every wrong option of whatever sort."""
        faults = self.faults(given)
        if faults:
            raise BadInput(f"connections.yml, {connection}, options: " + "; ".join(faults.values()))
        return {name: float(given.get(name, rule.default)) for name, rule in self.numbers.items()}

    def _fault(self, name: str, value: Any) -> str | None:
        if name in self.choices:
            choices = self.choices[name]
            return None if value in choices else f"{name}: {value!r} is none of {', '.join(choices)}"
        if name in self.texts:
            return None if isinstance(value, str) and value else f"{name}: {value!r} is not a text"
        if name in self.flags:
            return None if isinstance(value, bool) else f"{name}: {value!r} is neither true nor false"
        rule = self.numbers.get(name)
        if rule is None:
            return f"{name!r} is not an option (there are: {', '.join(self.names)})"
        if isinstance(value, bool) or not isinstance(value, int | float) or not rule.least <= value <= rule.most:
            return f"{name}: {value!r} is not a number from {rule.least:g} to {rule.most:g}"
        return None


def checked_address(connection: str, address: str, *, example: str, what: str = "base_url") -> str:
    """A web address that hides no credentials and sends none unencrypted. Raises BadInput."""
    parts = urlsplit(address)
    where = f"connections.yml, {connection}, {what}"
    if parts.username or parts.password:
        raise BadInput(f"{where}: take the credentials out of the address; they belong into environment variables")
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise BadInput(f"{where}: {address!r} is not a web address; write it like {example}")
    if parts.scheme == "http" and parts.hostname not in LOOPBACK:
        raise BadInput(f"{where}: {address!r} would send the credentials unencrypted; write https://")
    return address.rstrip("/")


def credential(connection: str, variable: str, env: Mapping[str, str], *, is_token: bool = True) -> str:
    """The value of an environment variable; a token goes into a header. Raises CredentialsError, without the value."""
    value = env.get(variable, "").strip()
    if not value:
        raise CredentialsError(
            f"{connection}: the environment variable {variable} is not set; write it into the workspace's .env"
        )
    if is_token and (not value.isascii() or not value.isprintable() or " " in value):
        raise CredentialsError(f"{connection}: the environment variable {variable} holds characters that none has")
    return value


def variables(credentials: Mapping[str, str]) -> str:
    """Where the credentials are, in words."""
    names = tuple(dict.fromkeys(credentials.values()))
    return f"the environment variable{'s' if len(names) > 1 else ''} {' and '.join(names)}"


def evidence_fields(entry: Entry, pattern: re.Pattern[str], hint: str) -> tuple[str, ...]:
    """The fields that the process or the user needs beyond the standard ones, each once.

    Raises BadInput; `hint` goes on after "can't be " with what such a name is and where the CRM shows it.
    """
    more: Sequence[str | None] = (
        *entry.fields.values(),
        *entry.read_fields,
        getattr(entry, "deal_type_field", None),
    )
    names = tuple(dict.fromkeys(name for name in more if name))
    wrong = [name for name in names if not pattern.fullmatch(name)]
    if wrong:
        raise BadInput(
            f"connections.yml, {entry.name}, fields and read_fields: {', '.join(map(repr, wrong))} can't be {hint}"
        )
    return names
