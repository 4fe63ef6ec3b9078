"""A second opinion on every verdict: the rules once more, in slow and obvious Python, and random deals to compare on.

Written from the rules by somebody who had not read the SQL, and to be kept that way: a rule is changed here from its
words (README, process.yml's page), never from a model. Nothing here is imported by shipped code.

`rows` what a deal is; `process` the reference tables as objects; `days` the company's days; `path` visits, gates and
moves; `proofs` evidence; `people` four eyes; `verdicts` the state of each step; `judge` all of it for one deal.
`drawing*` draws random processes and deals; `tables` writes them into a world and reads what the models say.
"""
