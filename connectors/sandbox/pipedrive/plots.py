"""Which doubts of the stories Pipedrive shows in its own way, and which it can't show at all.

Pipedrive writes no row for what a deal is created with: a field without rows has had its value since creation. So a
lost history can only be told by what contradicts it:

* stage history that begins late (`Story.first_shown`): the rows before are missing, as before an import, and the first
  row that is left names no old value;
* no stage history (`dealstage` withheld): no row about stage or status, though `stage_change_time` says that there
  was a change.
"""

from __future__ import annotations

from typing import Final

CANNOT_KNOW: Final[dict[str, str]] = {
    "undated_fields": "a value without changelog rows is one that the deal was created with, so it counts as dated",
    "merge_survivor": "the survivor keeps its own history only, and nothing says that it was merged",
}
"""Plot -> why the teller's `unknown` is no doubt in Pipedrive: the verdict there rests on what the API states."""
