"""What a sync noticed that is no error but that people should know: absent fields, windows that were cut.

Here belongs collecting such remarks per stream. Errors are exceptions.
"""

from __future__ import annotations


class Notes:
    """Remarks of one connector, by stream."""

    def __init__(self) -> None:
        self._texts: dict[str, dict[str, None]] = {}

    def add(self, stream: str, text: str) -> None:
        """Remember a remark once."""
        self._texts.setdefault(stream, {})[text] = None

    def of(self, stream: str) -> list[str]:
        """All remarks on a stream."""
        return list(self._texts.get(stream, {}))
