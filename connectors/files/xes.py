"""Reading an XES event log (IEEE 1849), trace by trace, in flat memory.

Only the format is known here: a trace is its attributes and its events' attributes. What they mean for deals is
`xes_export.py`'s affair.
"""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, NoReturn
from xml.parsers import expat  # the parser of the standard library; documents with a DOCTYPE are refused

from connectors.contract import BadInput

_CHUNK = 1 << 18
_LOG, _TRACE, _EVENT = 1, 2, 3  # how deep an element of the log itself, of a trace, of an event lies


@dataclass(slots=True)
class Trace:
    """One case of the log."""

    attributes: dict[str, str] = field(default_factory=dict)
    events: list[dict[str, str]] = field(default_factory=list)


def read_traces(path: Path) -> Iterator[Trace]:
    """The traces of a .xes or .xes.gz file, in its order. Raises BadInput with the line when it isn't one."""
    reader = _Reader(path)
    try:
        with path.open("rb") as raw, _unpacked(path, raw) as file:
            while chunk := file.read(_CHUNK):
                yield from reader.feed(chunk)
            yield from reader.feed(b"", last=True)
    except expat.ExpatError as error:
        said = expat.errors.messages[error.code]
        raise BadInput(
            f"{path.name}:{error.lineno}: not readable as XML: {said}; export the log again, it may be cut off"
        ) from None
    except (EOFError, zlib.error, gzip.BadGzipFile):
        raise BadInput(f"{path.name}: the packed file is damaged or cut off; copy or export it again") from None
    except OSError as error:
        raise BadInput(f"{path}: can't be read: {error.strerror}") from None


def _unpacked(path: Path, raw: IO[bytes]) -> IO[bytes]:
    return gzip.open(raw) if path.suffix == ".gz" else raw  # type: ignore[return-value]


class _Reader:
    """Collects whole traces from the parser's events."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.parser = expat.ParserCreate()
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.StartDoctypeDeclHandler = self._doctype
        self._depth = 0
        self._trace: Trace | None = None
        self._event: dict[str, str] | None = None
        self._done: list[Trace] = []

    def feed(self, chunk: bytes, *, last: bool = False) -> list[Trace]:
        """Traces that were completed by this chunk."""
        self.parser.Parse(chunk, last)
        done, self._done = self._done, []
        return done

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        depth = self._depth
        self._depth = depth + 1
        if depth == 0 and name.rpartition(":")[2] != "log":
            self._refuse(f"the file begins with <{name}>, an XES log with <log>; check `path` in connections.yml")
        if depth == _LOG and name == "trace":
            self._trace = Trace()
        elif self._trace is None:
            return
        elif depth == _TRACE and name == "event":
            self._event = {}
        elif "value" in attributes:
            if self._event is not None and depth == _EVENT:
                self._event[attributes["key"]] = attributes["value"]
            elif depth == _TRACE:
                self._trace.attributes[attributes["key"]] = attributes["value"]

    def _end(self, _: str) -> None:
        self._depth -= 1
        if self._trace is None:
            return
        if self._depth == _TRACE and self._event is not None:
            self._trace.events.append(self._event)
            self._event = None
        elif self._depth == _LOG:
            self._done.append(self._trace)
            self._trace = None

    def _doctype(self, *_: object) -> None:
        self._refuse("the file has a DOCTYPE, which a log has no use for; export it again")

    def _refuse(self, message: str) -> NoReturn:
        raise BadInput(f"{self.path.name}:{self.parser.CurrentLineNumber}: {message}")
