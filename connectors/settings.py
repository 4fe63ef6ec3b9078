"""What `connections.yml` may say: one entry for each CRM account, and what its words mean in the process.

Here belong the model and its validation. Secrets don't: the file names environment variables, and
`registry.py` looks them up when a connector is opened.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from difflib import SequenceMatcher
from pathlib import Path
from typing import Annotated, Any, Literal, Self, get_args

from pydantic import (
    AfterValidator,
    Field,
    ModelWrapValidatorHandler,
    ValidationError,
    ValidationInfo,
    field_validator,
    model_validator,
)

from connectors.configfile import ConfigModel, Fault, Faults, did_you_mean, faults_of, json_schema, load_model
from connectors.configwords import CURRENCY, SHORT_NAME
from connectors.contract import CONNECTION_NAME
from connectors.files.options import FilesOptions
from connectors.kinds import API_KINDS, ApiKind

Kind = Literal["hubspot", "salesforce", "pipedrive", "odoo", "files"]
DealType = Literal["new", "expansion", "renewal", "partner"]
OUTCOMES = ("won", "lost")
"""What a CRM's closing stages are mapped to; every other stage is mapped to a stage of process.yml."""
MISSPELT = 0.7
"""How alike a word is to the one that it was meant to be."""

VARIABLE_NAME = re.compile(r"[A-Z][A-Z0-9_]*")
LONGEST_WORD = 20
"""No word of a variable's name is longer; the unbroken runs of a token are."""


def _web_address(value: str) -> str:
    if not re.fullmatch(r"https?://[^\s/?#]+[^\s?#]*", value):
        raise Faults(Fault(f"{value!r} is not a web address", "write it like https://api.example.com", value=value))
    return value.rstrip("/")


def _deal_link(value: str) -> str:
    if "{id}" not in value:
        fix = "put {id} where the deal's id belongs"
        raise Faults(Fault("the link has no {id}, so that all deals would share it", fix, value=value))
    return value


class PipelineSettings(ConfigModel):
    """One pipeline of the CRM and what its stages are called in process.yml."""

    deal_type: DealType = Field("new", description="The type of its deals, unless `deal_type_field` tells it.")
    stages: dict[str, str] = Field(
        default_factory=dict,
        description="The CRM's stage id -> a stage key of process.yml, `won` or `lost`. Others count as unmapped.",
    )

    @field_validator("stages")
    @classmethod
    def _stages_are_known(cls, stages: dict[str, str], info: ValidationInfo) -> dict[str, str]:
        keys = (info.context or {}).get("stage_keys")
        if keys is None:
            return stages
        allowed = {*keys, *OUTCOMES}
        wrong = [(native, key) for native, key in stages.items() if key not in allowed]
        if wrong:
            raise Faults(*(_unknown_stage(native, key, allowed) for native, key in wrong))
        return stages


def _unknown_stage(native: str, key: str, allowed: Iterable[str]) -> Fault:
    """`won` and `lost` are advised for their own misspellings alone: who followed would close a stage's deals."""
    near = [end for end in OUTCOMES if SequenceMatcher(a=key.casefold(), b=end).ratio() < MISSPELT]
    fix = did_you_mean(key, set(allowed) - set(near))
    if fix.startswith("allowed"):
        fix = did_you_mean("", allowed)
    return Fault(f"{key!r} is not a stage of process.yml", fix, (native,), key)


class ConnectionEntry(ConfigModel):
    """One CRM account, as connections.yml describes it."""

    kind: Kind = Field(
        description="The CRM: hubspot, salesforce, pipedrive or odoo; `files` for exports of any other system."
    )
    base_url: Annotated[str, AfterValidator(_web_address)] | None = Field(
        None, description="Another address of the API than the CRM's public one."
    )
    path: str | None = Field(
        None, description="files: the folder of the exports, or one .xes/.xes.gz log; relative to the workspace."
    )
    credentials: dict[str, str] = Field(
        default_factory=dict, description="Which credential is in which environment variable: {token: ACME_TOKEN}."
    )
    max_minutes: float = Field(60, gt=0, description="A night spends at most this long on the account.")
    compare_ids_days: float = Field(
        7, gt=0, description="After so many days all ids are compared with the CRM's list, even if the counts agree."
    )
    default_currency: str | None = Field(
        None, pattern=CURRENCY, description="The currency of deals that name none, like EUR."
    )
    pipelines: dict[str, PipelineSettings] = Field(
        default_factory=dict, description="The CRM's pipeline id -> its deal type and stage map."
    )
    deal_type_field: str | None = Field(None, description="The CRM's field that tells a deal's type.")
    deal_types: dict[str, DealType] = Field(
        default_factory=dict, description="A value of `deal_type_field` -> new, expansion, renewal or partner."
    )
    fields: dict[str, str] = Field(
        default_factory=dict, description="A field's name in process.yml -> the CRM's own name for it."
    )
    read_fields: list[str] = Field(
        default_factory=list, description="More of the CRM's fields to read, with their history where there is one."
    )
    system_actors: list[str] = Field(
        default_factory=list, description="Ids of users that are integrations: their moves count for no rep."
    )
    deal_url: Annotated[str, AfterValidator(_deal_link)] | None = Field(
        None, description="The link to a deal in the CRM, with {id} for its id."
    )
    options: dict[str, Any] = Field(default_factory=dict, description="What only this kind of connection knows.")

    @field_validator("credentials")
    @classmethod
    def _names_not_secrets(cls, credentials: dict[str, str]) -> dict[str, str]:
        wrong = [key for key, value in credentials.items() if not is_variable_name(value)]
        if wrong:
            raise Faults(*(_secret_fault(key) for key in wrong))
        return credentials

    @model_validator(mode="wrap")
    @classmethod
    def _kind_has_what_it_needs(cls, data: Any, handler: ModelWrapValidatorHandler[Self]) -> Self:
        """Checks across fields, on the raw entry, so that they come together with every field's own faults."""
        across = list(_faults_across(data)) if isinstance(data, dict) else []
        try:
            entry = handler(data)
        except ValidationError as error:
            raise Faults(*faults_of(error, cls, data).faults, *across) from None
        if across:
            raise Faults(*across)
        return entry


def _faults_across(data: dict[str, Any]) -> Iterator[Fault]:
    kind = data.get("kind")
    if kind == "files":
        if not data.get("path"):
            yield Fault("'path' is missing", "add `path: exports` (a folder) or a .xes.gz file")
        yield from _option_faults(data.get("options", {}))
    elif kind in get_args(Kind):
        crm = API_KINDS[str(kind)]
        yield from _crm_option_faults(crm, data.get("options"))
        if not data.get("credentials"):
            yield Fault("'credentials' is missing", f"add `credentials: {crm.credentials_example}`")
        if crm.needs_base_url and not data.get("base_url"):
            yield Fault("'base_url' is missing", f"add `base_url: {crm.needs_base_url}`")
        if data.get("path"):
            fix = "remove it, or set `kind: files`"
            yield Fault(f"'path' means nothing for {kind}", fix, ("path",), data["path"])
    if data.get("deal_types") and not data.get("deal_type_field"):
        fix = "add `deal_type_field: …`, the CRM's field that holds these values"
        yield Fault("'deal_types' needs 'deal_type_field'", fix, ("deal_types",))


def _crm_option_faults(crm: ApiKind, options: Any) -> Iterator[Fault]:
    fix = f"the README lists the options of {crm.name}"
    for name, message in crm.option_faults(options).items() if isinstance(options, dict) else ():
        yield Fault(message, fix, ("options", name), options[name])


def _option_faults(options: Any) -> tuple[Fault, ...]:
    if not isinstance(options, dict):
        return ()
    try:
        FilesOptions.model_validate(options)
    except ValidationError as error:
        return faults_of(error, FilesOptions, options, at=("options",)).faults
    return ()


class ConnectionSettings(ConnectionEntry):
    """One CRM account with its name; what connectors, the compiler and the night are given."""

    name: str = Field(pattern=SHORT_NAME)


def _plain_name(name: str) -> str:
    if not CONNECTION_NAME.fullmatch(name):
        fix = "use small letters, digits and _, beginning with a letter (at most 63)"
        raise Faults(Fault(f"{name!r} can't name a connection", fix, value=name))
    return name


class ConnectionsFile(ConfigModel):
    """The whole of connections.yml."""

    connections: dict[Annotated[str, AfterValidator(_plain_name)], ConnectionEntry] = Field(
        description="The accounts, by the name that marts show."
    )


def is_variable_name(value: str) -> bool:
    """Whether `value` can only be a variable's name: a secret pasted here must not end in a repository."""
    return bool(VARIABLE_NAME.fullmatch(value)) and all(len(word) <= LONGEST_WORD for word in value.split("_"))


def load_connections(path: Path, stage_keys: set[str] | None = None) -> dict[str, ConnectionSettings]:
    """The accounts of connections.yml by name; stages are checked against `stage_keys` when given.

    Raises ConfigProblems with everything that is wrong.
    """
    entries = load_model(path, ConnectionsFile, {"stage_keys": stage_keys}).connections
    return {name: ConnectionSettings(name=name, **entry.model_dump()) for name, entry in entries.items()}


def connections_schema() -> dict[str, Any]:
    """The JSON Schema that is kept as connections.schema.json."""
    return json_schema(ConnectionsFile, "Plumbline: connections.yml")


def _secret_fault(key: str) -> Fault:
    message = "this looks like a secret, not like the name of an environment variable (value not shown)"
    fix = f"put the secret into .env as `SOME_NAME=…` and write `{key}: SOME_NAME`; revoke it if it was shared"
    return Fault(message, fix, (key,))
