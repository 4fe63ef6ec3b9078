"""Opening the connector that an entry of connections.yml asks for.

The only place that knows which kinds there are. Each is imported when it is wanted, so that one broken dependency
or an unused CRM costs nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from typing import Protocol

from connectors.contract import Clock, Connector, CredentialsError
from connectors.settings import ConnectionSettings


class Opener(Protocol):
    """What `open.py` of each CRM's package offers as `open_connector`."""

    def __call__(
        self, settings: ConnectionSettings, env: Mapping[str, str], clock: Clock, *, workspace: Path
    ) -> Connector:
        """Raises BadInput for wrong settings, CredentialsError for absent variables."""


def open_connector(settings: ConnectionSettings, *, env: Mapping[str, str], clock: Clock, workspace: Path) -> Connector:
    """The connector of `settings`, with its credentials found in `env`; relative paths are the workspace's.

    Raises CredentialsError when a variable is missing, BadInput when its files are.
    """
    require_credentials(settings, env)
    if settings.kind == "files":
        from connectors.files.connector import open_files

        return open_files(settings, workspace=workspace)
    # Each CRM's package has `open.py` with this one function, so a kind is a package and a line in kinds.py.
    opener: Opener = import_module(f"connectors.{settings.kind}.open").open_connector
    return opener(settings, env, clock, workspace=workspace)


def require_credentials(settings: ConnectionSettings, env: Mapping[str, str]) -> None:
    """Raise CredentialsError that names every environment variable which the entry needs and `env` lacks."""
    absent = [name for name in settings.credentials.values() if not env.get(name, "").strip()]
    if absent:
        names = " and ".join(dict.fromkeys(absent))
        them, are = ("them", "are") if len(set(absent)) > 1 else ("it", "is")
        raise CredentialsError(
            f"{settings.name}: the environment variable{'s' if are == 'are' else ''} {names} {are} not set; "
            f"write {them} into the workspace's .env as `{absent[0]}=…`, or correct `credentials` in connections.yml"
        )
