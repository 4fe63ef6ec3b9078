"""Reading SOQL: the part that a sync uses, without sub-queries, HAVING and TYPEOF.

From text to `Query`. Whether fields exist and which records match is for `conditions` and `query`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, Literal

from connectors.sandbox.salesforce.errors import malformed

TOKEN: Final = re.compile(
    r"""\s*(?:
    (?P<text>'(?:[^'\\]|\\.)*')
    |(?P<moment>\d{4}-\d\d-\d\d(?:T\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:?\d\d))?)
    |(?P<number>[+-]?\d+(?:\.\d+)?)
    |(?P<word>[A-Za-z_][\w.]*(?::\d+)?)
    |(?P<sign><=|>=|!=|<>|[=<>(),])
    )""",
    re.VERBOSE,
)
UNESCAPED: Final = {"n": "\n", "r": "\r", "t": "\t"}
AGGREGATES: Final = frozenset(("COUNT", "COUNT_DISTINCT", "MIN", "MAX", "SUM", "AVG"))
COMPARISONS: Final = frozenset(("=", "!=", "<>", "<", "<=", ">", ">="))
KEYWORDS: Final = frozenset(("FROM", "WHERE", "GROUP", "ORDER", "LIMIT", "OFFSET", "ALL", "FOR", "WITH"))

Kind = Literal["text", "moment", "number", "word", "sign"]


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of a query."""

    kind: Kind
    text: str

    @property
    def upper(self) -> str:
        """In capitals, if it is a word or sign."""
        return self.text.upper() if self.kind in ("word", "sign") else ""


@dataclass(frozen=True, slots=True)
class Constant:
    """A value as it stands in the query."""

    kind: Kind
    text: str


@dataclass(frozen=True, slots=True)
class Compare:
    """A field compared with one or, for IN, several values."""

    field: str
    operator: str
    values: tuple[Constant, ...]


@dataclass(frozen=True, slots=True)
class Join:
    """Conditions of which all (AND), one (OR) or none (NOT) must hold."""

    word: Literal["AND", "OR", "NOT"]
    parts: tuple[Condition, ...]


Condition = Compare | Join


@dataclass(frozen=True, slots=True)
class Item:
    """One thing selected: a field, or a function of one (`COUNT()` has the field "")."""

    field: str
    function: str = ""
    alias: str = ""


@dataclass(frozen=True, slots=True)
class Query:
    """A query. `order` holds (field, descending)."""

    text: str
    items: tuple[Item, ...]
    kind: str
    where: Condition | None = None
    group: tuple[str, ...] = ()
    order: tuple[tuple[str, bool], ...] = ()
    limit: int | None = None
    offset: int = 0


def parse(text: str) -> Query:
    """The query behind a text. Raises MALFORMED_QUERY."""
    return _Reader(text).query()


class _Reader:
    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens: list[Token] = []
        place = 0
        stripped = text.rstrip()
        while place < len(stripped):
            found = TOKEN.match(stripped, place)
            if found is None or found.lastgroup is None:
                raise malformed(f"line 1:{place} no viable alternative at character '{stripped[place:].lstrip()[:1]}'")
            kind: Kind = found.lastgroup  # type: ignore[assignment]  # the groups are named after the kinds
            self.tokens.append(Token(kind, found[kind]))
            place = found.end()
        self.place = 0

    @property
    def next(self) -> Token | None:
        return self.tokens[self.place] if self.place < len(self.tokens) else None

    def take(self, *expected: str) -> Token:
        token = self.next
        if token is None or (expected and token.upper not in expected):
            raise self.unexpected(expected)
        self.place += 1
        return token

    def skip(self, *words: str) -> bool:
        """Take these words if they come next."""
        coming = [token.upper for token in self.tokens[self.place : self.place + len(words)]]
        if coming != list(words):
            return False
        self.place += len(words)
        return True

    def unexpected(self, expected: tuple[str, ...] = ()) -> Exception:
        found = "<EOF>" if self.next is None else self.next.text
        wanted = f", expecting {' or '.join(expected)}" if expected else ""
        return malformed(f"unexpected token: '{found}'{wanted}")

    def name(self) -> str:
        token = self.next
        if token is None or token.kind != "word" or token.upper in KEYWORDS:
            raise self.unexpected(("a field",))
        self.place += 1
        return token.text

    # -- clauses ----------------------------------------------------------------------------------------------

    def query(self) -> Query:
        self.take("SELECT")
        items = [self.item()]
        while self.skip(","):
            items.append(self.item())
        self.take("FROM")
        kind = self.name()
        where = self.either() if self.skip("WHERE") else None
        group = self.names() if self.skip("GROUP", "BY") else ()
        order = self.orders() if self.skip("ORDER", "BY") else ()
        limit = self.count() if self.skip("LIMIT") else None
        offset = self.count() if self.skip("OFFSET") else 0
        if self.next is not None:
            raise self.unexpected()
        return Query(self.text, tuple(items), kind, where, group, order, limit, offset)

    def item(self) -> Item:
        name = self.name()
        if not self.skip("("):
            return Item(name)
        if name.upper() not in AGGREGATES:
            raise malformed(f"the sandbox knows no function {name}")
        field = "" if self.next is not None and self.next.text == ")" else self.name()
        self.take(")")
        token = self.next
        has_alias = token is not None and token.kind == "word" and token.upper not in KEYWORDS
        return Item(field, name.upper(), self.name() if has_alias else "")

    def names(self) -> tuple[str, ...]:
        found = [self.name()]
        while self.skip(","):
            found.append(self.name())
        return tuple(found)

    def orders(self) -> tuple[tuple[str, bool], ...]:
        found = []
        while True:
            name = self.name()
            descending = self.skip("DESC")
            if not descending:
                self.skip("ASC")
            if self.skip("NULLS"):
                self.take("FIRST", "LAST")
            found.append((name, descending))
            if not self.skip(","):
                return tuple(found)

    def count(self) -> int:
        token = self.next
        if token is None or not token.text.isdigit():
            raise self.unexpected(("a number",))
        self.place += 1
        return int(token.text)

    # -- conditions -------------------------------------------------------------------------------------------

    def either(self) -> Condition:
        parts, words = [self.single()], set()
        while self.next is not None and self.next.upper in ("AND", "OR"):
            words.add(self.take().upper)
            parts.append(self.single())
        if len(words) > 1:
            raise malformed("unexpected token: 'OR' (AND and OR side by side need parentheses)")
        return parts[0] if not words else Join("OR" if "OR" in words else "AND", tuple(parts))

    def single(self) -> Condition:
        if self.skip("NOT"):
            return Join("NOT", (self.single(),))
        if self.skip("("):
            inner = self.either()
            self.take(")")
            return inner
        field = self.name()
        if self.skip("NOT", "IN"):
            return Compare(field, "NOT IN", self.values())
        if self.skip("IN"):
            return Compare(field, "IN", self.values())
        if self.skip("LIKE"):
            return Compare(field, "LIKE", (self.value(),))
        operator = self.take(*sorted(COMPARISONS)).text
        return Compare(field, "!=" if operator == "<>" else operator, (self.value(),))

    def values(self) -> tuple[Constant, ...]:
        self.take("(")
        found = [self.value()]
        while self.skip(","):
            found.append(self.value())
        self.take(")")
        return tuple(found)

    def value(self) -> Constant:
        token = self.next
        if token is None or token.kind == "sign":
            raise self.unexpected(("a value",))
        self.place += 1
        if token.kind == "text":
            inner = re.sub(r"\\(.)", lambda found: UNESCAPED.get(found[1], found[1]), token.text[1:-1])
            return Constant("text", inner)
        return Constant(token.kind, token.text)
