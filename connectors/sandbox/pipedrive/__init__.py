"""A simulated Pipedrive: the sales organisation's stories through v2 lists, the v1 changelog and a budget of tokens.

Where Pipedrive can't show what a story keeps in the dark, `plots` says so. Its counterpart is `connectors.pipedrive`,
which is never imported here.
"""
