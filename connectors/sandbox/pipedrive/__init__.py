"""A simulated Pipedrive: the sales organisation's stories through v2 lists, the v1 changelog and a budget of tokens.

Won, lost and deleted are statuses there, and a deal's stage stays where it was. E-mails are no activities but mail of
the deal; quotes and line items are both products attached to a deal, since the API has no quotes. Of two merged deals
the first keeps its own history, and the second counts as deleted. Where Pipedrive can't show what a story keeps in the
dark, `plots` says so. Its counterpart is `connectors.pipedrive`, which is never imported here.
"""
