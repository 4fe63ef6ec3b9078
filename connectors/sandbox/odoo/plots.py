"""Which doubts of the stories Odoo shows in its own way, and what it can't show at all.

Odoo keeps no value of what a lead is created with: a field without tracking values has had its value since then. So a
lost history can only be told by what contradicts it. Where stage history is withheld, its messages have been purged,
and with them the one that says that the lead was created (Odoo always writes that one in the second of `create_date`):

* stage history that begins late (`Story.first_shown`): the first move that is left comes from no stage;
* no stage history (`dealstage` withheld): no move at all, though `date_last_stage_update` says that there was one.
"""

from __future__ import annotations

from typing import Final

CANNOT_KNOW: Final[dict[str, str]] = {
    "close_date_ahead": "the expected closing date is not tracked: Odoo tells the present one, and no earlier one",
    "second_contact": "a lead has one customer, so the step is not applicable",
    "touch_without_contact": "a message or activity of a lead names no contacts; it counts as one with the customer",
    "undated_fields": "a value without tracking values is one that the lead was created with, so it counts as dated",
    "merge_survivor": "a merge joins no walks: the survivor keeps its own, and nothing in it is doubtful",
}
"""Plot or step -> why the verdict that the teller wrote down can't be the one that is read from Odoo."""
