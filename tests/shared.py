"""Where the optional shared test material (official specifications, public data, expected verdicts) lies.

Only locating it belongs here. Nothing of that material is part of the project, so tests that need it skip without it.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest


def shared_folder(*parts: str) -> Path:
    """The path `parts` inside the shared material; skips the calling test, with the reason, when it is absent."""
    root = Path(os.environ.get("PLUMBLINE_SHARED", Path(__file__).resolve().parents[2] / "shared"))
    path = root.joinpath(*parts)
    if not path.exists():
        pytest.skip(f"shared test material is absent: {'/'.join(parts)} (set PLUMBLINE_SHARED to its folder)")
    return path
