"""A second opinion on every verdict: the rules once more, in slow and obvious Python, and random deals to compare on.

Written from the rules by somebody who had not read the SQL, and to be kept that way: a rule is changed here from its
words (README, process.yml's page), never from a model. Nothing here is imported by shipped code.

`rows` what a deal is; `process` the reference tables as objects; `days` the company's days; `path` visits and gates,
`moves` what is told of them; `proofs` evidence, `doubts` what may have come earlier; `people` four eyes; `verdicts` the
state of each step; `answers` what events set off; `hygiene` rules of open deals; `findings` what is told and who hears
of it; `owners` whose deal it was; `judge` all of it for one deal; `rates` what it adds up to. `drawing*` draws random
processes and deals; `tables` writes them into a world and reads what the models say.
"""
