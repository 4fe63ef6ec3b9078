"""What can be set for one Pipedrive connection, and reading it from the `options` of connections.yml.

Here belong names, defaults and limits of the settings. The generic entries of a connection are connectors.settings'.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def option_faults(given: Mapping[str, Any]) -> dict[str, str]:
    """What is wrong with each option, by its name; empty when all is well."""
    return {name: f"{name!r} is not an option" for name in given}
