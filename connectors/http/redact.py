"""Keeping secrets out of everything that people or logs may read.

Here belong the wrapper for secrets and the cleaning of texts. Where secrets come from doesn't.
"""

from __future__ import annotations

import re
from threading import Lock

HIDDEN = "[hidden]"

_PATTERNS = (
    # Credentials that somebody put into an address: user:password@host, ?access_token=..., ?hapikey=...
    (re.compile(r"(?<=://)[^/\s@]+@"), f"{HIDDEN}@"),
    (
        re.compile(
            r"(?i)\b((?:access_|refresh_|id_|api_)?token|hapikey|api_?key|client_secret|password|code)"
            r"(=|%3D|\"\s*:\s*\")[^&\s\"']+"
        ),
        rf"\1\2{HIDDEN}",
    ),
    (re.compile(r"(?i)\b(bearer|basic)\s+[A-Za-z0-9._~+/=-]{6,}"), rf"\1 {HIDDEN}"),
    (re.compile(r"\bpat-[a-z0-9]+-[A-Za-z0-9-]{8,}"), HIDDEN),  # a HubSpot private-app token, wherever it is echoed
)


class Secret:
    """A text that shows itself only to who asks by name, so that no traceback or repr gives it away."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        """The text itself; call it only where it goes onto the wire."""
        return self._text

    def __repr__(self) -> str:
        return HIDDEN

    __str__ = __repr__


class Redactor:
    """Cleans texts of all secrets it was told of, and of what looks like one."""

    def __init__(self) -> None:
        self._known: set[str] = set()
        self._lock = Lock()

    def learn(self, *secrets: str) -> None:
        """Remember secrets to hide; too short ones are left out, as they would blot out ordinary words."""
        with self._lock:
            self._known |= {secret for secret in secrets if len(secret) >= 6}

    def clean(self, text: str) -> str:
        """Return the text without secrets."""
        with self._lock:
            known = sorted(self._known, key=len, reverse=True)
        for secret in known:
            text = text.replace(secret, HIDDEN)
        for pattern, replacement in _PATTERNS:
            text = pattern.sub(replacement, text)
        return text
