"""Small made-up exports with the columns that each CRM writes itself: an open deal, a won and a lost one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

EXPORTS: Final[Mapping[str, list[dict[str, str]]]] = {
    "salesforce_report": [
        {"Opportunity ID": f"0065g00000A{n}", "Opportunity Name": f"Deal {n}", "Stage": stage, "Amount": amount,
         "Amount Currency": "EUR", "Close Date": "2026-03-20", "Created Date": "2026-01-12",
         "Opportunity Owner": "Ann Arbor", "Probability (%)": chance, "Fiscal Period": "Q1-2026"}
        for n, stage, amount, chance in (("1", "Proposal/Price Quote", "1000.00", "75"),
                                         ("2", "Closed Won", "2000.00", "100"), ("3", "Closed Lost", "", "0"))
    ],
    "salesforce_loader": [
        {"ID": f"0065g00000B{n}", "NAME": f"Deal {n}", "STAGENAME": stage, "AMOUNT": amount, "CLOSEDATE": "2026-03-20",
         "CREATEDDATE": "2026-01-12T09:00:00.000Z", "SYSTEMMODSTAMP": "2026-02-01T09:00:00.000Z", "ISDELETED": "false",
         "OWNERID": "0055g000001", "RECORDTYPEID": ""}
        for n, stage, amount in (("1", "Proposal/Price Quote", "1000.0"), ("2", "Closed Won", "2000.0"),
                                 ("3", "Closed Lost", ""))
    ],
    "hubspot": [
        {"Record ID": f"90{n}", "Deal Name": f"Deal {n}", "Deal Stage": stage, "Pipeline": "Sales Pipeline",
         "Amount": amount, "Close Date": "2026-03-20 17:00", "Create Date": "2026-01-12 10:00",
         "Last Modified Date": "2026-02-01 10:00", "Deal owner": "Ann Arbor (ann@example.com)",
         "Closed Lost Reason": reason}
        for n, stage, amount, reason in (("1", "Presentation Scheduled", "1000", ""), ("2", "Closed Won", "2000", ""),
                                         ("3", "Closed Lost", "", "price"))
    ],
    "pipedrive": [
        {"Deal - ID": n, "Deal - Title": f"Deal {n}", "Deal - Stage": stage, "Deal - Status": status,
         "Deal - Pipeline": "Pipeline", "Deal - Value": amount, "Deal - Currency of Value": "EUR",
         "Deal - Deal created": "2026-01-12 10:00:00", "Deal - Update time": "2026-02-01 10:00:00",
         "Deal - Expected close date": "2026-03-20", "Deal - Deal closed on": closed, "Deal - Owner": "Ann Arbor",
         "Deal - Lost reason": reason}
        for n, stage, status, amount, closed, reason in (
            ("1", "Proposal Made", "Open", "1000", "", ""),
            ("2", "Proposal Made", "Won", "2000", "2026-02-01 10:00:00", ""),
            ("3", "Qualified", "Lost", "", "2026-02-01 10:00:00", "price"))
    ],
    "odoo": [
        {"External ID": f"__export__.crm_lead_{n}", "Opportunity": f"Deal {n}", "Stage": stage, "Active": active,
         "Expected Revenue": amount, "Expected Closing": "2026-03-20", "Created on": "2026-01-12 10:00:00",
         "Closed Date": closed, "Salesperson": "Ann Arbor", "Lost Reason": reason}
        for n, stage, active, amount, closed, reason in (
            ("1", "Proposition", "True", "1000.0", "", ""), ("2", "Won", "True", "2000.0", "2026-02-01 10:00:00", ""),
            ("3", "New", "False", "0.0", "2026-02-01 10:00:00", "Too expensive"))
    ],
}  # fmt: skip

STAGES: Final[Mapping[str, Mapping[str, Mapping[str, str]]]] = {
    "salesforce_report": {"default": {"Proposal/Price Quote": "propose", "Closed Won": "won", "Closed Lost": "lost"}},
    "salesforce_loader": {"default": {"Proposal/Price Quote": "propose", "Closed Won": "won", "Closed Lost": "lost"}},
    "hubspot": {"Sales Pipeline": {"Presentation Scheduled": "propose", "Closed Won": "won", "Closed Lost": "lost"}},
    "pipedrive": {"Pipeline": {"Proposal Made": "propose", "Qualified": "qualify", "won": "won", "lost": "lost"}},
    "odoo": {"default": {"New": "qualify", "Proposition": "propose", "Won": "won", "lost": "lost"}},
}
"""What stands in connections.yml for each: pipeline -> the export's stage -> the process's."""
