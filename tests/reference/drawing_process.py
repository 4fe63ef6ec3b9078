"""Random processes, written as process.yml would have them, so that the grammar and its compiling are drawn in too."""

from __future__ import annotations

import random
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from expectations.process import Process, load_process

FIELDS = ("amount", "close_date", "budget", "lost_reason")
KINDS = ("meeting", "call", "email")
OUTCOMES = ("completed", "canceled", "no_show")
ROLES = ("buyer", "champion")
DOCUMENTS = ("quote", "file", "approval")
STATUSES = ("draft", "approved")
GRACES: tuple[Any, ...] = (
    "0 seconds", "60 seconds", "1 hour", "2 days", {"working_days": 1}, {"working_days": 3},
)  # fmt: skip
OPEN_RULES: tuple[Any, ...] = (
    "close_date_not_past", "next_activity_planned", "amount_present", {"contact_within": "14 days"},
    {"contact_within": "60 days"}, {"pushes_at_most": 0}, {"pushes_at_most": 1},
)  # fmt: skip
STARTS = (None, date(2024, 3, 1), date(2024, 5, 15))
Raw = dict[str, Any]


def drawn_process(rng: random.Random, folder: Path, without: frozenset[str]) -> Process:
    """A process of 3 to 5 stages in 1 to 3 versions."""
    stages = [f"s{n}" for n in range(1, rng.randint(3, 5) + 1)]
    pool = {
        f"{stage}_{n}": _step(rng, stages[: order + 1], f"{stage}_{n}", without)
        for order, stage in enumerate(stages)
        for n in range(rng.randint(1, 3))
    }
    losses = {f"loss_{n}": _loss(rng, f"loss_{n}", without) for n in range(rng.randint(0, 2))}
    replies = {f"reply_{n}": _reply(rng, stages, f"reply_{n}", without) for n in range(rng.randint(0, 3))}
    count = 1 if "versions" in without else rng.randint(1, 3)
    raw = {
        "defaults": {
            "grace": rng.choice(GRACES),
            "flicker": rng.choice(("0 seconds", "60 seconds", "5 minutes", "5 minutes")),
            "backfill_tolerance": rng.choice(("0 seconds", "1 hour", "1 day", "1 day")),
            "logging_min_activities": 0 if "logging" in without else rng.choice((0, 0, 3, 30, 80)),
            "won_at_birth": "0 seconds" if "won_at_birth" in without else rng.choice(("0 seconds", "1 hour", "3 days")),
        },
        "versions": [_version(rng, n, stages, pool, losses, replies, without) for n in range(count)],
    }
    _stages_apart(raw)
    _in_another_order(raw)
    file = folder / "process.yml"
    file.write_text(yaml.safe_dump(raw, sort_keys=False), encoding="utf-8")
    return load_process(file)


def _stages_apart(raw: Raw) -> None:
    """In some processes a later version leaves a stage out, or two. Drawn by itself: all else stays as it was drawn."""
    rng = random.Random(str(raw))
    for version in (version for version in raw["versions"][1:] for _ in range(2)):
        stages = version["stages"]
        free = [n for n, stage in enumerate(stages) if n and f"'stage': '{stage['key']}'" not in str(version)]
        if len(stages) < 3 or not free or rng.random() < 0.5:
            continue
        gone = {step["key"] for step in stages.pop(rng.choice(free))["steps"]}
        for step in (step for stage in stages for step in stage["steps"]):
            for relation in ("after", "not_by"):
                if step.get(relation) in gone:
                    del step[relation]


def _in_another_order(raw: Raw) -> None:
    """In some processes a later version has two stages the other way round. Drawn by itself, as what is left out."""
    rng = random.Random(f"order {raw}")
    for version in raw["versions"][1:]:
        stages, one, other = version["stages"], *sorted(rng.sample(range(len(version["stages"])), 2))
        later = [stage["key"] for stage in stages[one + 1 : other + 1]]
        asked = [step["evidence"] for stage in (stages[other], *stages[one + 1 : other]) for step in stage["steps"]]
        if rng.random() < 0.3 or any(f"'stage': '{key}'" in str(asked) for key in (stages[one]["key"], *later)):
            continue  # what asks for a stage that comes later could never be done in time
        stages[one], stages[other] = stages[other], stages[one]
        known: set[str] = set()
        for stage in stages:
            known |= {step["key"] for step in stage["steps"]}
            for step in stage["steps"]:
                if step.get("after") not in known:
                    step.pop("after", None)


def _version(rng: random.Random, n: int, stages: list[str], pool: dict[str, Raw], losses: dict[str, Raw],
             replies: dict[str, Raw], without: frozenset[str]) -> Raw:  # fmt: skip
    version: Raw = {} if STARTS[n] is None else {"in_force_from": STARTS[n]}
    whole = _applies_to(rng) if "version_conditions" not in without and rng.random() < 0.4 else {}
    version["applies_to"] = {**whole, "deal_types": rng.choice((["new"], ["new", "renewal"]))}
    version["stages"] = []
    known: list[str] = []
    for order, stage in enumerate(stages):
        steps = []
        for key, step in pool.items():
            if key.startswith(stage) and rng.random() < 0.85:
                steps.append({**step, **_varied(rng, known, version["applies_to"], without)})
                known.append(key)
        entry: Raw = {"key": stage, "name": stage.title(), "probability": 0.1 * (order + 1), "steps": steps}
        if rng.random() < 0.7:
            entry["max_days"] = rng.choice((1, 5, 14, 30))
        if "optional" not in without and rng.random() < 0.2:
            entry["optional"] = True
        version["stages"].append(entry)
    version["on_loss"] = [loss for loss in losses.values() if rng.random() < 0.9]
    version["responses"] = [
        {**reply, "mandatory": rng.random() < 0.8, "within": rng.choice((*GRACES, "7 days"))}
        for reply in replies.values()
        if rng.random() < 0.9
    ]
    version["while_open"] = [
        {
            "key": f"rule_{n}",
            "name": f"Rule {n}",
            "rule": rule,
            **({} if rng.random() < 0.6 else {"stages": [stages[0]]}),
        }
        for n, rule in enumerate(rng.sample(OPEN_RULES, rng.randint(0, len(OPEN_RULES))))
    ]
    return version


def _varied(rng: random.Random, known: list[str], whole: Raw, without: frozenset[str]) -> Raw:
    """What may change about a step from version to version."""
    varied: Raw = {"mandatory": rng.random() < 0.75}
    if rng.random() < 0.4:
        varied["grace"] = rng.choice(GRACES)
    if known and rng.random() < 0.3:
        varied["after"] = rng.choice(known)
    if known and "not_by" not in without and rng.random() < 0.25:
        varied["not_by"] = rng.choice(known)
    if "inside" not in without and rng.random() < 0.15:
        varied["must_be_inside"] = True
    if "clock" not in without and rng.random() < 0.2:
        varied["clock"] = "start"
    if "conditions" not in without and rng.random() < 0.25:
        applies_to = _applies_to(rng)
        if not _subjects(applies_to) & (_subjects(whole) - {"deal_types"}):  # together they might fit no deal at all
            varied["applies_to"] = applies_to
    if rng.random() < 0.4:
        varied["mode"] = rng.choice(("observe", "coach", {"default": "coach", "teams": {"Alps": "alert"}},
                                     {"teams": {"Alps": "observe", "Coast": "coach"}}))  # fmt: skip
    if "backfill" not in without:
        varied["backfill"] = rng.choice(("flag", "flag", "accept", "reject"))
    return varied


def _subjects(applies_to: Raw) -> set[str]:
    """What it asks about a deal."""
    return (applies_to.keys() - {"fields"}) | {one["field"] for one in applies_to.get("fields", ())}


def _applies_to(rng: random.Random) -> Raw:
    return rng.choice(
        (
            {"amount": {"at_least": 50}},
            {"amount": {"below": 100}},
            {"pipelines": ["p", "q"]},
            {"pipelines": ["p", "c1/q", "c2/r"]},
            {"pipelines": ["c1/p", "c2/p", "c3/p"]},
            {"deal_types": ["new"]},
            {"fields": [{"field": "budget", "one_of": ["yes", "no"]}]},
            {"fields": [{"field": "budget", "none_of": ["no"]}]},
            {"fields": [{"field": "budget", "is": "filled"}, {"field": "amount", "at_least": 10, "below": 1000}]},
        )
    )


def _step(rng: random.Random, stages: list[str], key: str, without: frozenset[str]) -> Raw:
    return {"key": key, "name": key.title(), "mandatory": True, "evidence": _evidence(rng, stages, without)}


def _loss(rng: random.Random, key: str, without: frozenset[str]) -> Raw:
    evidence = _single(rng, [], without | {"at_gate", "in_last_days"})
    within = rng.choice(("0 seconds", "1 hour", "2 days"))
    found = {"key": key, "name": key.title(), "mandatory": rng.random() < 0.8, "within": within, "evidence": evidence}
    return {**found, "mode": {"teams": {"Coast": "coach"}}} if rng.random() < 0.3 else found


def _reply(rng: random.Random, stages: list[str], key: str, without: frozenset[str]) -> Raw:
    """What an event sets off; mostly its own kind of record answers it, as an e-mail does an e-mail."""
    when, evidence = _plain(rng, stages, without), _plain(rng, stages, without)
    while any("contact" in part for part in when) or any(part in evidence for part in when):
        when = _plain(rng, stages, without)
    found: Raw = {"key": key, "name": key.title(), "when": _either(when), "evidence": _either(evidence)}
    if rng.random() < 0.05:
        del found["evidence"]
    return found


def _plain(rng: random.Random, stages: list[str], without: frozenset[str]) -> list[Raw]:
    """One or two single pieces of evidence that count nothing."""
    pieces = [_single(rng, stages, without | {"at_gate", "on_days", "in_last_days", "changed_after"})
              for _ in range(rng.choice((1, 1, 1, 2)))]  # fmt: skip
    return [{key: value for key, value in piece.items() if key not in ("at_least", "with_contact")} for piece in pieces]


def _either(pieces: list[Raw]) -> Raw:
    return pieces[0] if len(pieces) == 1 else {"any": pieces}


def _evidence(rng: random.Random, stages: list[str], without: frozenset[str]) -> Raw:
    shape = rng.random() if "all" not in without else rng.choice((0.1, 0.1, 0.6, 0.85))
    if shape < 0.55 or "any_all" in without:
        return _single(rng, stages, without)
    if shape < 0.7:
        return {"any": [_single(rng, stages, without) for _ in range(rng.randint(2, 3))]}
    if shape < 0.82:
        return {"all": [_single(rng, stages, without) for _ in range(2)]}
    if shape < 0.92:
        together: Raw = {"any": [_activity(rng, without), _activity(rng, without)]}
        together["at_least" if "on_days" in without else rng.choice(("at_least", "on_days"))] = 2
        return together
    nested = {"all": [_single(rng, stages, without), _single(rng, stages, without)]}
    return {"any": [_single(rng, stages, without), nested]}


def _single(rng: random.Random, stages: list[str], without: frozenset[str]) -> Raw:
    kind = rng.choice(("field", "field", "activity", "activity", "activity", "contact", "document", "stage"))
    if kind == "stage" and stages and "stage_term" not in without:
        return {"stage": rng.choice(stages)}
    if kind == "contact":
        found: Raw = {"contact": rng.choice(("any", "buyer", list(ROLES)))}
        return {**found, "at_least": 2} if rng.random() < 0.3 else found
    if kind == "document":
        found = {"document": rng.choice(("any", "quote", ["quote", "file"]))}
        if rng.random() < 0.4:
            found["status"] = rng.choice((["approved"], list(STATUSES)))
        return _counted(rng, found, without)
    if kind == "field":
        return _field(rng, without)
    return _counted(rng, _activity(rng, without), without)


def _field(rng: random.Random, without: frozenset[str]) -> Raw:
    found = _tested_field(rng, without)
    if "at_gate" not in found and "changed_after" not in without and rng.random() < 0.15:
        found["changed_after"] = date(2024, 2, 20)
    if "at_gate" not in found and "in_last_days" not in without and rng.random() < 0.15:
        found["in_last_days"] = rng.choice((1, 7, 30))
    return found


def _tested_field(rng: random.Random, without: frozenset[str]) -> Raw:
    return rng.choice(
        (
            {"field": "amount", "is": "positive"},
            {"field": "budget"},
            {"field": "lost_reason", "one_of": ["price", "timing"]},
            {"field": "budget", "one_of": ["Yes", "yes please"]},
            {"field": "close_date"} if "at_gate" in without else {"field": "close_date", "at_gate": "on_or_after"},
        )
    )


def _activity(rng: random.Random, without: frozenset[str]) -> Raw:
    found: Raw = {"activity": rng.choice(("any", "meeting", "call", ["meeting", "call"], "email"))}
    how = rng.random()
    if how < 0.25:
        found["outcome"] = rng.choice(("completed", ["completed", "no_show"]))
    elif how < 0.5:
        found["outcome_not"] = ["canceled", "no_show"]
    if "text" not in without and rng.random() < 0.2:
        found["text"] = rng.choice((["demo"], ["demo", "pricing"]))
    if rng.random() < 0.25:
        found["direction"] = rng.choice(("in", "out"))
    return found


def _counted(rng: random.Random, found: Raw, without: frozenset[str]) -> Raw:
    if rng.random() < 0.25:
        found["at_least"] = rng.randint(2, 3)
    if "on_days" not in without and rng.random() < 0.2:
        found["on_days"] = 2
    if "in_last_days" not in without and rng.random() < 0.2:
        found["in_last_days"] = rng.choice((1, 7, 30))
    if "activity" in found and rng.random() < 0.15:
        found["with_contact"] = True
    return found
