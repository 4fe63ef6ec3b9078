"""Stage maps proposed for pipelines as CRMs ship them and as companies write them, against maps made by hand."""

from __future__ import annotations

from pathlib import Path

import pytest

from connectors.contract import CrmPipeline, CrmStage
from expectations.process import load_process
from expectations.stage_proposal import PipelineProposal, propose

OPEN, WON, LOST, UNTOLD = (False, False), (True, True), (True, False), (None, None)


def pipeline(name: str, *stages: tuple[str, float | None, tuple[bool | None, bool | None]]) -> CrmPipeline:
    made = (CrmStage(str(i), label, i, chance, *flags) for i, (label, chance, flags) in enumerate(stages, 1))
    return CrmPipeline("7", name, tuple(made))


def proposed(one: CrmPipeline, process: Path | None = None) -> PipelineProposal:
    return propose(load_process(process) if process else load_process(), [one])[0]


def keys(proposal: PipelineProposal) -> list[str | None]:
    return [stage.key for stage in proposal.stages]


def doubtful(proposal: PipelineProposal) -> set[str]:
    return {one.stage.name for one in proposal.doubts}


HUBSPOT = pipeline(
    "Sales Pipeline",
    ("Appointment Scheduled", 0.2, OPEN), ("Qualified To Buy", 0.4, OPEN), ("Presentation Scheduled", 0.6, OPEN),
    ("Decision Maker Bought-In", 0.8, OPEN), ("Contract Sent", 0.9, OPEN), ("Closed Won", 1, WON),
    ("Closed Lost", 0, LOST),
)  # fmt: skip
SALESFORCE = pipeline(
    "Master",
    ("Prospecting", 0.1, OPEN), ("Qualification", 0.1, OPEN), ("Needs Analysis", 0.2, OPEN),
    ("Value Proposition", 0.5, OPEN), ("Id. Decision Makers", 0.6, OPEN), ("Perception Analysis", 0.7, OPEN),
    ("Proposal/Price Quote", 0.75, OPEN), ("Negotiation/Review", 0.9, OPEN), ("Closed Won", 1, WON),
    ("Closed Lost", 0, LOST),
)  # fmt: skip
PIPEDRIVE = pipeline(
    "Pipeline",
    *((name, 1.0, UNTOLD) for name in
      ("Qualified", "Contact Made", "Demo Scheduled", "Proposal Made", "Negotiations Started")),
)  # fmt: skip
ODOO = pipeline(
    "Sales", ("New", None, OPEN), ("Qualified", None, OPEN), ("Proposition", None, OPEN), ("Won", None, WON)
)


def test_hubspots_default_pipeline_names_the_stages_between_two_as_doubtful() -> None:
    proposal = proposed(HUBSPOT)
    assert keys(proposal) == ["qualify", "develop", "propose", "propose", "close", "won", "lost"]
    assert {"Presentation Scheduled", "Decision Maker Bought-In"} <= doubtful(proposal)
    assert not doubtful(proposal) & {"Appointment Scheduled", "Contract Sent", "Closed Won", "Closed Lost"}


def test_salesforces_stock_stages() -> None:
    proposal = proposed(SALESFORCE)
    assert keys(proposal) == ["qualify", "qualify", *["develop"] * 4, "propose", "close", "won", "lost"]
    assert "Value Proposition" in doubtful(proposal), "its name speaks of an offer, its place does not"
    assert not proposal.absent


def test_pipedrives_default_pipeline_whose_probabilities_are_all_one_hundred() -> None:
    proposal = proposed(PIPEDRIVE)
    assert keys(proposal) == ["qualify", "qualify", "develop", "propose", "close"]
    assert not any("probability" in stage.reason for stage in proposal.stages)


def test_odoos_default_stages_leave_a_stage_of_the_process_without_any() -> None:
    proposal = proposed(ODOO)
    assert keys(proposal) == ["qualify", "develop", "propose", "won"]
    assert proposal.absent == ("close",)
    assert "Qualified" in doubtful(proposal), "it could be the end of qualifying or the stage after"


@pytest.mark.parametrize(
    "names",
    [
        ("Neu", "Bedarfsanalyse", "Angebot versendet", "Verhandlung", "Gewonnen", "Verloren"),
        ("Nouvelle piste", "Découverte des besoins", "Devis envoyé", "Négociation", "Gagnée", "Perdue"),
        ("Calificación", "Análisis de necesidades", "Propuesta enviada", "Negociación", "Ganada", "Perdida"),
        ("New lead", "Discovery call", "Quote sent", "Contract negotiation", "Won", "Lost"),
    ],
)
def test_words_of_four_languages_suffice_where_the_crm_tells_nothing_else(names: tuple[str, ...]) -> None:
    proposal = proposed(pipeline("Vertrieb", *((name, None, UNTOLD) for name in names)))
    assert keys(proposal) == ["qualify", "develop", "propose", "close", "won", "lost"]
    assert not doubtful(proposal)


def test_a_name_that_says_nothing_is_placed_by_order_and_told_as_doubtful() -> None:
    proposal = proposed(pipeline("Sales", *((name, None, OPEN) for name in ("Alpha", "Beta", "Gamma", "Delta"))))
    assert keys(proposal) == ["qualify", "develop", "propose", "close"]
    assert doubtful(proposal) == {"Alpha", "Beta", "Gamma", "Delta"}


def test_a_pause_is_left_to_a_person() -> None:
    proposal = proposed(pipeline("Sales", ("New", 0.1, OPEN), ("On hold", 0.1, OPEN), ("Proposal", 0.6, OPEN)))
    assert keys(proposal) == ["qualify", None, "propose"]
    assert doubtful(proposal) == {"On hold"}


def test_an_outcome_that_the_crm_calls_open_is_left_to_a_person() -> None:
    proposal = proposed(pipeline("Sales", ("New", 0.1, OPEN), ("Contract signed", 0.9, OPEN), ("No deal", 0.0, OPEN)))
    assert keys(proposal) == ["qualify", None, None]


def test_flags_and_name_that_disagree_are_a_doubt() -> None:
    proposal = proposed(
        pipeline("Sales", ("Won back later", 0.0, LOST), ("Perdue", 1.0, WON), ("Archive", 0, (True, None)))
    )
    assert keys(proposal) == ["lost", "won", "lost"]
    assert len(proposal.doubts) == 3


def test_the_order_never_goes_back() -> None:
    order = ["qualify", "develop", "propose", "close"]
    mixed = pipeline(
        "Sales", *((name, None, OPEN) for name in ("Negotiation", "Lead", "Offer", "Discovery", "Contract"))
    )
    proposal = proposed(mixed)
    places = [order.index(str(key)) for key in keys(proposal)]
    assert places == sorted(places)
    assert proposal.doubts


def test_a_process_with_its_own_words_is_matched_by_them(tmp_path: Path) -> None:
    stages = "".join(
        f"  - {{key: {key}, name: {name}, probability: {chance}}}\n"
        for key, name, chance in (
            ("erstgespraech", "Erstgespräch", 0.1),
            ("angebot", "Angebot", 0.5),
            ("letter", "Letter of intent", 0.9),
        )
    )
    path = tmp_path / "process.yml"
    path.write_text(f"stages:\n{stages}", encoding="utf-8")
    names = ("Erstgespräch", "Quote sent", "Letter of intent")
    proposal = proposed(pipeline("Sales", *((name, None, UNTOLD) for name in names)), path)
    assert keys(proposal) == ["erstgespraech", "angebot", "letter"]


@pytest.mark.parametrize(
    ("name", "deal_type"),
    [("Renewals 2026", "renewal"), ("Vertragsverlängerungen", "renewal"), ("Upsell EMEA", "expansion"),
     ("Cross-Sell", "expansion"), ("Partner channel", "partner"), ("Sales Pipeline", "new"),
     ("Renouvellement", "renewal")],
)  # fmt: skip
def test_a_pipelines_name_tells_its_deal_type(name: str, deal_type: str) -> None:
    assert proposed(pipeline(name, ("New", None, OPEN))).deal_type == deal_type


def test_a_pipeline_without_stages_has_an_empty_map() -> None:
    proposal = proposed(CrmPipeline("1", "Empty", ()))
    assert proposal.stages == ()
    assert len(proposal.absent) == 4
