"""An OAuth app's credentials, by the names that its entry of connections.yml gives to their variables.

Here belongs finding them, for each CRM alike. What is asked with them is auth.py's.
"""

from __future__ import annotations

from collections.abc import Mapping

from connectors.contract import BadInput
from connectors.entries import credential
from connectors.http.auth import AppCredentials
from connectors.http.redact import Secret


def app_credentials(
    connection: str, credentials: Mapping[str, str], env: Mapping[str, str], *, or_else: str
) -> AppCredentials:
    """An OAuth app's credentials. Raises BadInput that names the absent ones (`or_else`: what will do instead).

    Raises CredentialsError for variables without a value.
    """
    names = ("client_id", "client_secret", "refresh_token")
    absent = [name for name in names if name not in credentials]
    if absent:
        raise BadInput(
            f"connections.yml, {connection}, credentials: {' and '.join(absent)} missing. {or_else}, or client_id, "
            "client_secret and refresh_token (an OAuth app)."
        )
    client_id, client_secret, refresh_token = (credential(connection, credentials[name], env) for name in names)
    return AppCredentials(client_id, Secret(client_secret), Secret(refresh_token))
