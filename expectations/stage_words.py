"""The words by which salespeople name stages, in four languages, as data for proposing a stage map.

Only words belong here. How much they count beside order and probability is decided in stage_proposal.py; what a stage
is called in the company's process is process.yml's.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from typing import Final

FIT, NEED, OFFER, CLOSING = "fit", "need", "offer", "closing"
"""What is worked on: whether there is a deal at all, what the buyer needs, what is offered, the signature."""

WORDS: Final[Mapping[str, Mapping[str, float]]] = {
    FIT: {
        # beginnings of words -> how surely they mean it; of several the longest counts
        "new": 0.7, "qualified": 0.6, "lead": 0.8, "inbound": 0.7, "prospect": 0.9, "qualif": 0.9, "first contact": 0.8,
        "intro": 0.7, "contact made": 0.6, "contacted": 0.6, "appointment": 0.6, "assess": 0.5,
        "neu": 0.7, "erstkontakt": 0.8, "erstgesprach": 0.7, "kontakt": 0.6, "interessent": 0.8, "anfrage": 0.7,
        "nouveau": 0.7, "nouvelle": 0.7, "piste": 0.8, "premier contact": 0.8, "prise de contact": 0.7,
        "nuevo": 0.7, "nueva": 0.7, "calific": 0.9, "cualific": 0.9, "primer contacto": 0.8,
    },
    NEED: {
        "qualified": 0.6, "develop": 0.9, "discover": 0.9, "need": 0.9, "analys": 0.6, "requirement": 0.8, "demo": 0.8,
        "value prop": 0.8, "decision maker": 0.5, "presentation": 0.5, "meeting": 0.5, "evaluat": 0.6, "solution": 0.6,
        "scop": 0.6, "trial": 0.6, "pilot": 0.6, "proof of": 0.6, "consult": 0.5, "diagnos": 0.8,
        "bedarf": 0.9, "anforderung": 0.8, "prasentation": 0.5, "qualifiziert": 0.7, "losung": 0.6, "entwick": 0.9,
        "besoin": 0.9, "decouverte": 0.9, "qualifie": 0.7, "rendez": 0.5, "developp": 0.9,
        "necesidad": 0.9, "descubr": 0.9, "calificad": 0.7, "cualificad": 0.7, "reunion": 0.5, "desarroll": 0.9,
    },
    OFFER: {
        "propos": 0.95, "quot": 0.95, "offer": 0.95, "pric": 0.7, "estimate": 0.7, "bid": 0.8, "tender": 0.8,
        "bought in": 0.5, "decision maker bought": 0.6, "presentation": 0.4, "business case": 0.6, "rfp": 0.8,
        "angebot": 0.95, "offert": 0.95, "kostenvoranschlag": 0.9, "preis": 0.6,
        "devis": 0.95, "offre": 0.95, "chiffrage": 0.8,
        "propuesta": 0.95, "oferta": 0.95, "presupuesto": 0.9, "cotizaci": 0.95,
    },
    CLOSING: {
        "clos": 0.9, "negotiat": 0.95, "contract": 0.9, "sign": 0.8, "commit": 0.8, "verbal": 0.8, "legal": 0.6,
        "procurement": 0.7, "purchas": 0.6, "decision": 0.5, "approval": 0.6, "final": 0.6, "paper": 0.6,
        "verhandlung": 0.95, "vertrag": 0.9, "abschluss": 0.9, "freigabe": 0.6, "unterschrift": 0.8, "zusage": 0.8,
        "negoci": 0.95, "contrat": 0.9, "signature": 0.8, "accord": 0.7, "validation": 0.5, "conclusion": 0.7,
        "firma": 0.7, "cierre": 0.9, "acuerdo": 0.7,
    },
}  # fmt: skip

WON: Final = ("won", "closed won", "gewonnen", "auftrag erhalten", "gagne", "ganad", "signed", "order received")
LOST: Final = (
    "lost", "closed lost", "dropped", "abandon", "disqualif", "no deal", "cancel", "rejected",
    "verloren", "abgelehnt", "abgesagt", "perdu", "perdid", "rechazad",
)  # fmt: skip
PARKED: Final = (
    "on hold", "parked", "park", "nurtur", "later", "stalled", "paused", "postponed", "recycl", "waiting",
    "pausiert", "zuruckgestellt", "wiedervorlage", "en attente", "reporte", "en espera", "pausad", "aplazad",
)  # fmt: skip

DEAL_TYPES: Final[Mapping[str, tuple[str, ...]]] = {
    "renewal": ("renew", "verlanger", "vertragsverlanger", "renouvel", "reconduction", "renov"),
    "expansion": ("upsell", "up sell", "cross sell", "crosssell", "expan", "add on", "upgrade", "existing business",
                  "bestandskund", "erweiter", "ausbau", "amplia"),
    "partner": ("partner", "channel", "reseller", "vertriebspartner", "partenaire", "revendeur", "socio", "revendedor"),
}  # fmt: skip


def plain(text: str) -> str:
    """Lower case without accents, every other sign a blank: what words are looked for in."""
    unaccented = unicodedata.normalize("NFKD", text.casefold()).encode("ascii", "ignore").decode()
    return " ".join(re.findall(r"[a-z0-9]+", unaccented))


def begins_in(word: str, text: str) -> bool:
    """Whether a word of `text` (which is plain) begins so."""
    return f" {word}" in f" {text}"


def first_of(words: tuple[str, ...], text: str) -> str | None:
    """The first of the words that the text has."""
    return next((word for word in words if begins_in(word, text)), None)


def meanings(text: str) -> dict[str, tuple[float, str]]:
    """What a plain name speaks of: meaning -> how surely, and by which word."""
    found = {}
    for meaning, words in WORDS.items():
        sure = [(weight, word) for word, weight in words.items() if begins_in(word, text)]
        if sure:
            found[meaning] = max(sure, key=lambda each: len(each[1]))
    return found
