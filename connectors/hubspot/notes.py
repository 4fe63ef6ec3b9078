"""What a sync noticed that is no error but that people should know: absent properties, histories that may be cut.

Here belongs collecting such remarks per stream. Errors are exceptions.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from connectors.hubspot.records import Object

LONG_HISTORY = 20
"""HubSpot keeps a limited number of versions of a property; 20 and 45 are told. From here on we doubt."""


class Notes:
    """Remarks of one connector, by stream."""

    def __init__(self) -> None:
        self._texts: dict[str, dict[str, None]] = {}
        self._long: dict[str, Counter[str]] = {}
        self._example: dict[tuple[str, str], str] = {}

    def add(self, stream: str, text: str) -> None:
        """Remember a remark once."""
        self._texts.setdefault(stream, {})[text] = None

    def watch_history(self, stream: str, things: Sequence[Object]) -> None:
        """Count objects with so many versions of a property that older ones may be missing."""
        for thing in things:
            histories = thing.get("propertiesWithHistory")
            for name, versions in histories.items() if isinstance(histories, dict) else ():
                if isinstance(versions, list) and len(versions) >= LONG_HISTORY:
                    self._long.setdefault(stream, Counter())[name] += 1
                    self._example.setdefault((stream, name), thing["id"])

    def of(self, stream: str) -> list[str]:
        """All remarks on a stream."""
        long = self._long.get(stream, Counter())
        return [
            *self._texts.get(stream, {}),
            *(
                f"{count} of {stream} have {LONG_HISTORY} or more versions of {name} (one is "
                f"{self._example[stream, name]}); HubSpot may have dropped older ones"
                for name, count in sorted(long.items())
            ),
        ]
