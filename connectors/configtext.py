"""Reading a workspace's YAML file into plain values while remembering the line of each of them.

Here belong YAML's own faults (syntax, tabs, encoding, a key given twice) and the shape of a problem. What the
values should be is said by models and checked in `configfile.py`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

ConfigPath = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong in a file. `value` is None where keeping it could betray a secret."""

    file: str
    line: int | None
    where: str
    value: Any
    message: str
    fix: str = ""

    def __str__(self) -> str:
        place = self.file if self.line is None else f"{self.file}:{self.line}"
        return ": ".join(part for part in (place, self.where, self.message) if part) + (
            f"; {self.fix}" if self.fix else ""
        )


class ConfigProblems(Exception):
    """Everything that is wrong in the configuration, in the order of the file's lines."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = sorted(problems, key=lambda problem: (problem.file, problem.line or 0))
        super().__init__("\n".join(str(problem) for problem in self.problems))


class _Loader(yaml.SafeLoader):
    """YAML whose plain scalars mean what they look like.

    YAML 1.1 turns `no` into False, `0123` into 83, `02:30` into 150 and `2026-01-01` into a date; here they stay
    text, and the models read booleans, dates and times from text where they expect them.
    """


_Loader.yaml_implicit_resolvers = {}
for _tag, _pattern, _first in (
    ("null", r"^(?:~|null|Null|NULL|)$", ["~", "n", "N", ""]),
    ("bool", r"^(?:true|True|TRUE|false|False|FALSE)$", list("tTfF")),
    ("int", r"^-?(?:0|[1-9][0-9]*)$", list("-0123456789")),
    ("float", r"^-?(?:0|[1-9][0-9]*)\.[0-9]+(?:[eE][-+]?[0-9]+)?$", list("-0123456789")),
    ("merge", r"^<<$", ["<"]),
):
    _Loader.add_implicit_resolver(f"tag:yaml.org,2002:{_tag}", re.compile(_pattern), _first)
_PLAIN_TAGS = {"null", "bool", "int", "float", "str"}


@dataclass
class Document:
    """A file's values and the line each began on."""

    file: str
    data: Any = None
    lines: dict[ConfigPath, int] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def line_of(self, path: Sequence[str | int]) -> int | None:
        """The line of the value at `path`, or of the nearest thing around it that the file does hold."""
        at = tuple(path)
        while at not in self.lines and at:
            at = at[:-1]
        return self.lines.get(at)

    def problem(self, path: Sequence[str | int], message: str, fix: str = "", value: Any = None) -> Problem:
        """A problem at `path` of this file."""
        return Problem(self.file, self.line_of(path), dotted(path), value, message, fix)


def dotted(path: Sequence[str | int]) -> str:
    """The path as people write it: `stages.qualify.steps[2].key`."""
    text = "".join(f"[{part + 1}]" if isinstance(part, int) else f".{part}" for part in path)
    return text.removeprefix(".")


def read_document(path: Path) -> Document:
    """The file's values with their lines. Raises ConfigProblems when it isn't readable YAML."""
    document = Document(path.name)
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        raise _single(document, None, f"the file {path} does not exist", "`plumbline init` writes one") from None
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        message = f"byte 0x{error.object[error.start]:02x} is not UTF-8"
        raise _single(document, line, message, "save the file with the encoding UTF-8") from None
    except OSError as error:
        raise _single(document, None, f"the file {path} can't be read: {error.strerror}", "") from None
    try:
        node = _Loader(text).get_single_node()
    except yaml.YAMLError as error:
        raise ConfigProblems(list(_syntax_problems(document, text, error))) from None
    if node is not None:
        document.data = _Builder(document).build(node, (), ())
    if document.data is None:
        document.data = {}
    return document


def _single(document: Document, line: int | None, message: str, fix: str) -> ConfigProblems:
    return ConfigProblems([Problem(document.file, line, "", None, message, fix)])


def _syntax_problems(document: Document, text: str, error: yaml.YAMLError) -> Iterator[Problem]:
    tabs = [n for n, line in enumerate(text.splitlines(), 1) if re.match(r" *\t", line)]
    for line in tabs:
        yield Problem(document.file, line, "", None, "a tab stands in the indentation", "indent with spaces")
    if tabs:
        return  # whatever else the parser says follows from the tabs
    if isinstance(error, yaml.reader.ReaderError):
        line = text[: error.position].count("\n") + 1
        yield Problem(document.file, line, "", None, f"the character {error.character:#06x} stands here", "remove it")
        return
    if not isinstance(error, yaml.MarkedYAMLError):
        yield Problem(document.file, None, "", None, f"not readable as YAML: {error}")
        return
    mark = error.problem_mark or error.context_mark
    said = ", ".join(part for part in (error.context, error.problem) if part)
    fix = "check indentation, colons and quotes there; put text that holds ': ' or ' #' in quotes"
    yield Problem(document.file, mark.line + 1 if mark else None, "", None, f"not readable as YAML: {said}", fix)


class _Builder:
    """Turns nodes into values; a key given twice is a problem, and everything else goes on."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.scalars = yaml.constructor.SafeConstructor()

    def build(self, node: yaml.Node, path: ConfigPath, above: tuple[yaml.Node, ...]) -> Any:
        """The plain value of `node`."""
        self.document.lines.setdefault(path, node.start_mark.line + 1)
        if node in above:
            self._complain(path, node, "an anchor contains itself", "repeat the values instead of `*…`")
            return None
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, path, (*above, node))
        if isinstance(node, yaml.SequenceNode):
            return [self.build(item, (*path, i), (*above, node)) for i, item in enumerate(node.value)]
        if node.tag.removeprefix("tag:yaml.org,2002:") not in _PLAIN_TAGS:
            self._complain(path, node, "this YAML tag means nothing here", "remove it")
            return node.value
        try:
            return self.scalars.construct_object(node)
        except (ValueError, yaml.YAMLError):
            self._complain(path, node, "the value does not fit its YAML tag", "remove the tag")
            return node.value

    def _mapping(self, node: yaml.MappingNode, path: ConfigPath, above: tuple[yaml.Node, ...]) -> dict[str, Any]:
        values: dict[str, Any] = {}
        merged: dict[str, Any] = {}
        first: dict[str, int] = {}
        for key_node, value_node in node.value:
            line = key_node.start_mark.line + 1
            if key_node.tag.endswith(":merge"):
                merged |= self._merged(value_node, path, above)
                continue
            if not isinstance(key_node, yaml.ScalarNode):
                self._complain(path, key_node, "a key must be one word or number", "write `key: value`")
                continue
            key = str(key_node.value)  # as written: pipeline and stage ids are often numbers
            at = (*path, key)
            if key in first:
                message = f"{key!r} is given twice, first on line {first[key]}"
                self._complain(at, key_node, message, "keep one of them")
                continue
            first[key] = line
            self.document.lines[at] = line
            values[key] = self.build(value_node, at, above)
        return merged | values

    def _merged(self, node: yaml.Node, path: ConfigPath, above: tuple[yaml.Node, ...]) -> dict[str, Any]:
        parts = node.value if isinstance(node, yaml.SequenceNode) else [node]
        merged: dict[str, Any] = {}
        for part in reversed(parts):
            value = self.build(part, path, above)
            if isinstance(value, dict):
                merged |= value
            else:
                self._complain(path, part, "`<<` needs a mapping", "point it to an anchor of a mapping")
        return merged

    def _complain(self, path: ConfigPath, node: yaml.Node, message: str, fix: str) -> None:
        line = node.start_mark.line + 1
        self.document.problems.append(Problem(self.document.file, line, dotted(path), None, message, fix))
