"""Walking through a file's plain values with their places, for checks that speak before the model does."""

from __future__ import annotations

from typing import Any

from connectors.configfile import ConfigPath

Placed = tuple[ConfigPath, dict[str, Any]]


def mappings(raw: dict[str, Any], key: str, at: ConfigPath) -> list[Placed]:
    """The mappings in the list at `key`, each with its place; what has the wrong type is left out."""
    items = raw.get(key)
    if not isinstance(items, list):
        return []
    return [((*at, key, i), item) for i, item in enumerate(items) if isinstance(item, dict)]
