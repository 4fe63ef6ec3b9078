"""The night as a graph, and everything around it: schedule, publishing, ledger, command line.

The only package that knows Dagster and dbt. CRMs' words, the lake and the meaning of rules live elsewhere
(`connectors/`, `expectations/`, `dbt_project/`); here is when and in which order.

The night in order, with the file of each step:

    lock          lock.py           one night at a time per workspace
    ledger        ledger.py         complete what a crash left out
    sync          syncing.py        every connection in its thread, with its own outcome and time limit
    watermarks    readings.py       up to where each connection is read, and when its deals are judged
    manifest      manifest.py       all that the night is a function of
    inputs        build.py          reference tables and lake views into a new build file
    staging       transform.py      dbt: staging and canonical tables
    gate          gating.py         hold what is odd: fall back to its last good watermark, build staging once more
    marts         transform.py      dbt: everything else
    compliance    checking.py       one check per step of the process: the deals that skip it
    audit         checking.py       all or nothing; a failure leaves what is published as it is
    publish       publish/          prepare beside what is published, then switch in one step
    ledger        ledger.py         what was said can't be computed again: append it, from the published file

`night.py` holds a night's state and these steps, `assets/` shows them to Dagster, `definitions.py` puts job, schedule
and assets together, `replay.py` does a past night again, `forget.py` erases a person, `deal/` tells one deal,
`forecast/` what is to come, `cli/` is the command line.
"""
