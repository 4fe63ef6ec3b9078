"""Dated values of deals, and what each was just before a moment. Knows nothing of stages or money."""

from __future__ import annotations

import numpy as np


class History:
    """Values by deal (a row's number) and time; of equal moments the one that was told last counts."""

    def __init__(self, rows: np.ndarray, at: np.ndarray, values: np.ndarray, deals: int) -> None:
        self._origin = int(at.min()) if len(at) else 0
        self._span = (int(at.max()) - self._origin + 2) if len(at) else 2
        if deals * self._span > np.iinfo(np.int64).max:
            raise ValueError(f"{deals} deals over {self._span} microseconds don't fit into one sorted key")
        keys = self._keys(rows.astype(np.int64), at.astype(np.int64))
        order = np.argsort(keys, kind="stable")
        self._sorted = keys[order]
        self.rows, self.at, self.values = rows[order].astype(np.int64), at[order].astype(np.int64), values[order]
        self.is_told = np.zeros(deals, dtype=bool)
        self.is_told[self.rows] = True

    def _keys(self, rows: np.ndarray, at: np.ndarray) -> np.ndarray:
        return rows * self._span + np.clip(at - self._origin, 0, self._span - 1)

    def last_before(self, rows: np.ndarray, moments: np.ndarray) -> np.ndarray:
        """The position in `values` of each deal's last value strictly before its moment, or -1."""
        if not len(self.rows):
            return np.full(len(rows), -1)
        found = np.searchsorted(self._sorted, self._keys(rows, moments), side="left") - 1
        return np.where((found >= 0) & (self.rows[found] == rows), found, -1)
