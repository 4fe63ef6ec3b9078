from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Literal

import pytest
from pydantic import Field, ValidationInfo, field_validator, model_validator

from connectors.configfile import (
    ConfigModel,
    ConfigProblems,
    Fault,
    Faults,
    did_you_mean,
    json_schema,
    load_model,
    read_document,
    validate,
)


class Step(ConfigModel):
    key: str
    weight: Annotated[float, Field(ge=0, le=1)] = 0.5
    kind: Literal["field", "activity"] = "field"


class Stage(ConfigModel):
    name: str
    steps: tuple[Step, ...] = ()
    max_days: int | None = None

    @model_validator(mode="after")
    def keys_differ(self) -> Stage:
        faults = []
        for i, step in enumerate(self.steps):
            if step.key in [other.key for other in self.steps[:i]]:
                faults.append(Fault(f"{step.key!r} is used twice", "rename one", ("steps", i, "key"), step.key))
        if faults:
            raise Faults(*faults)
        return self


class Process(ConfigModel):
    stages: dict[str, Stage]
    valid_from: date | None = None
    rate: Decimal = Decimal(1)
    is_on: bool = False
    credentials: dict[str, str] | None = None

    @field_validator("rate")
    @classmethod
    def known(cls, value: Decimal, info: ValidationInfo) -> Decimal:
        if info.context and value > info.context.get("limit", value):
            raise ValueError(f"the rate {value} is above the limit")
        return value


def load(tmp_path: Path, text: str | bytes, **context: object) -> Process:
    path = tmp_path / "process.yml"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return load_model(path, Process, context)


def problems(tmp_path: Path, text: str | bytes, **context: object) -> list[str]:
    with pytest.raises(ConfigProblems) as caught:
        load(tmp_path, text, **context)
    assert str(caught.value) == "\n".join(str(problem) for problem in caught.value.problems)
    return [str(problem) for problem in caught.value.problems]


def test_good_file_becomes_the_model(tmp_path: Path) -> None:
    process = load(
        tmp_path,
        "valid_from: 2026-01-31\nrate: 1.0834\nis_on: yes\n"
        "stages:\n  4711: {name: 12, steps: [{key: no}, {key: 02:30, weight: 1}]}\n",
    )
    stage = process.stages["4711"]
    assert (process.valid_from, process.rate, process.is_on) == (date(2026, 1, 31), Decimal("1.0834"), True)
    assert (stage.name, [step.key for step in stage.steps]) == ("12", ["no", "02:30"])


def test_all_faults_come_at_once_with_their_lines(tmp_path: Path) -> None:
    text = """\
valid_form: 2026-01-31
rate: often
stages:
  qualify:
    name: Qualify
    name: Again
    max_days: soon
    steps:
      - key: a
        wieght: 1
      - weight: 7
        kind: feild
      - just text
  develop: []
"""
    assert problems(tmp_path, text) == [
        "process.yml:1: valid_form: 'valid_form' is not a setting here; did you mean 'valid_from'?",
        "process.yml:2: rate: 'often' is not a number; write a number",
        "process.yml:6: stages.qualify.name: 'name' is given twice, first on line 5; keep one of them",
        "process.yml:7: stages.qualify.max_days: 'soon' is not a whole number; write a whole number",
        "process.yml:10: stages.qualify.steps[1].wieght: 'wieght' is not a setting here; did you mean 'weight'?",
        "process.yml:11: stages.qualify.steps[2].key: 'key' is missing; add `key: …`",
        "process.yml:11: stages.qualify.steps[2].weight: 7 is too large; write 1 or less",
        "process.yml:12: stages.qualify.steps[2].kind: 'feild' is not allowed here; did you mean 'field'?",
        "process.yml:13: stages.qualify.steps[3]: 'just text' is not a mapping; write a mapping: `key: value` lines",
        "process.yml:14: stages.develop: a list is not a mapping; write a mapping: `key: value` lines",
    ]


def test_validators_report_several_faults_with_their_own_lines(tmp_path: Path) -> None:
    text = "stages:\n  a:\n    name: A\n    steps:\n    - key: x\n    - key: x\n    - key: x\n"
    assert problems(tmp_path, text) == [
        "process.yml:6: stages.a.steps[2].key: 'x' is used twice; rename one",
        "process.yml:7: stages.a.steps[3].key: 'x' is used twice; rename one",
    ]


def test_context_reaches_the_validators(tmp_path: Path) -> None:
    assert problems(tmp_path, "stages: {}\nrate: 3\n", limit=2) == [
        "process.yml:2: rate: the rate 3 is above the limit"
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "stages:\n\ta: 1\n\tb: 2\n",
            [
                "process.yml:2: a tab stands in the indentation; indent with spaces",
                "process.yml:3: a tab stands in the indentation; indent with spaces",
            ],
        ),
        ("", ["process.yml: stages: 'stages' is missing; add `stages: …`"]),
        (
            "- a\n",
            ["process.yml:1: a list is not a mapping; write a mapping: `key: value` lines"],
        ),
        (
            b"stages:\n  a: {name: M\xfcller}\n",
            [
                "process.yml:2: byte 0xfc is not UTF-8; save the file with the encoding UTF-8",
            ],
        ),
        ("stages: {}\nrate: 1\x00\n", ["process.yml:2: the character 0x0000 stands here; remove it"]),
        (
            "stages: &s\n  a: *s\n",
            [
                "process.yml:1: stages.a: an anchor contains itself; repeat the values instead of `*…`",
                "process.yml:2: stages.a: nothing is not a mapping; write a mapping: `key: value` lines",
            ],
        ),
        (
            "stages: {}\nrate: !!python/object:os.system 1\n",
            [
                "process.yml:2: rate: this YAML tag means nothing here; remove it",
            ],
        ),
        (
            "stages: {}\n? [a, b]\n: 1\n",
            [
                "process.yml:2: a key must be one word or number; write `key: value`",
            ],
        ),
    ],
)
def test_broken_yaml_is_said_in_plain_words(tmp_path: Path, text: str | bytes, expected: list[str]) -> None:
    assert problems(tmp_path, text) == expected


def test_syntax_error_names_its_line(tmp_path: Path) -> None:
    (message,) = problems(tmp_path, "stages:\n  a: [1, 2\nrate: 1\n")
    assert message.startswith("process.yml:3: not readable as YAML: ")
    assert message.endswith("put text that holds ': ' or ' #' in quotes")


def test_missing_file_tells_how_to_get_one(tmp_path: Path) -> None:
    with pytest.raises(ConfigProblems, match=r"process\.yml does not exist; `plumbline init` writes one"):
        load_model(tmp_path / "process.yml", Process)


def test_a_secret_is_neither_printed_nor_kept(tmp_path: Path) -> None:
    text = "stages: {}\ncredentials: {token: [pat-na1-secret]}\n"
    path = tmp_path / "process.yml"
    path.write_text(text)
    with pytest.raises(ConfigProblems) as caught:
        load_model(path, Process)
    assert "pat-na1" not in str(caught.value)
    assert "pat-na1" not in repr(caught.value.problems)


def test_merge_keys_and_anchors_work(tmp_path: Path) -> None:
    process = load(
        tmp_path,
        "stages:\n  a: &a {name: A, max_days: 3}\n  b:\n    <<: *a\n    name: B\n",
    )
    assert process.stages["b"] == Stage(name="B", max_days=3)


def test_document_keeps_lines_for_warnings(tmp_path: Path) -> None:
    path = tmp_path / "process.yml"
    path.write_text("stages:\n  a:\n    name: A\n\n    steps:\n      - key: x\n")
    document = read_document(path)
    assert validate(document, Process).stages["a"].steps[0].key == "x"
    assert document.line_of(("stages", "a", "steps", 0, "key")) == 6
    assert document.line_of(("stages", "a", "absent", "deeper")) == 2
    assert document.line_of(()) == 1


@pytest.mark.parametrize(
    ("word", "allowed", "fix"),
    [
        ("qualfy", {"qualify", "close"}, "did you mean 'qualify'?"),
        ("WON", {"won", "lost"}, "did you mean 'won'?"),
        ("zzz", {"b", "a"}, "allowed: a, b"),
        ("zzz", set(), ""),
    ],
)
def test_did_you_mean(word: str, allowed: set[str], fix: str) -> None:
    assert did_you_mean(word, allowed) == fix


def test_json_schema_forbids_unknown_keys() -> None:
    schema = json_schema(Process, "Process")
    assert schema["title"] == "Process"
    assert schema["additionalProperties"] is False
    assert "stages" in schema["required"]
