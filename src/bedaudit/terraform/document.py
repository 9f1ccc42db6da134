"""The JSON of a Terraform plan, as far as it is looked at.

https://developer.hashicorp.com/terraform/internals/json-format
"""

from __future__ import annotations

from typing import Any, Final

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from bedaudit.errors import TerraformPlanError

LARGEST: Final = 64 * 1024 * 1024
"""Bytes of a plan."""


class Part(BaseModel):
    """Members that are not known are those of a later minor version."""

    model_config = ConfigDict(extra="ignore", frozen=True)


class Resource(Part):
    """A resource of the planned or of the prior state."""

    address: str
    mode: str = "managed"
    type: str
    name: str
    index: int | str | None = None
    values: dict[str, Any] = Field(default_factory=dict)


class Module(Part):
    """An instance of a module, with the resources in it."""

    address: str = ""
    resources: list[Resource] = Field(default_factory=list)
    child_modules: list[Module] = Field(default_factory=list)


class Values(Part):
    """What there is at one time."""

    root_module: Module = Module()


class State(Part):
    """What there was before."""

    values: Values = Values()


class Change(Part):
    """What happens to a resource; `after_unknown` is true at each place of which the value is not known."""

    actions: list[str]
    before: Any = None
    after_unknown: Any = None


class ResourceChange(Part):
    """The change of one resource."""

    address: str
    mode: str = "managed"
    type: str
    name: str
    index: int | str | None = None
    change: Change


class ConfigResource(Part):
    """A resource block of the configuration."""

    mode: str = "managed"
    type: str
    name: str
    provider_config_key: str = ""
    expressions: dict[str, Any] = Field(default_factory=dict)


class Output(Part):
    """An output of a module."""

    expression: Any = None


class ModuleCall(Part):
    """A module block, and the module that it calls."""

    source: str = ""
    expressions: dict[str, Any] = Field(default_factory=dict)
    module: ConfigModule


class ConfigModule(Part):
    """The blocks of a module."""

    resources: list[ConfigResource] = Field(default_factory=list)
    module_calls: dict[str, ModuleCall] = Field(default_factory=dict)
    outputs: dict[str, Output] = Field(default_factory=dict)


class ProviderConfig(Part):
    """A provider block."""

    expressions: dict[str, Any] = Field(default_factory=dict)


class Configuration(Part):
    """The configuration that was planned."""

    provider_config: dict[str, ProviderConfig] = Field(default_factory=dict)
    root_module: ConfigModule = ConfigModule()


class Variable(Part):
    """The value of a variable of the root module."""

    value: Any = None


class PlanDocument(Part):
    """The output of `terraform show -json` for a plan."""

    format_version: str
    errored: bool = False
    complete: bool = True
    """Whether a further plan will have nothing to do: nothing was deferred, or left out by -target."""
    variables: dict[str, Variable] = Field(default_factory=dict)
    planned_values: Values
    resource_changes: list[ResourceChange] = Field(default_factory=list)
    prior_state: State = State()
    configuration: Configuration = Configuration()


ModuleCall.model_rebuild()


def parse(text: bytes, file: str) -> PlanDocument:
    """The plan in a file.

    Raises:
        TerraformPlanError: it is none, is too large, or is of another version.
    """
    if len(text) > LARGEST:
        raise TerraformPlanError(f"{file}: is larger than {LARGEST // 1024 // 1024} MB")
    try:
        document = PlanDocument.model_validate_json(text)
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False, include_input=False)[0]
        where = ".".join(ascii(part)[:60].strip("'") for part in first["loc"])
        raise TerraformPlanError(
            f"{file}: is not a plan as `terraform show -json PLAN` writes it: "
            + ": ".join(filter(None, (where, first["msg"])))
        ) from error
    if document.format_version.partition(".")[0] != "1":
        raise TerraformPlanError(
            f"{file}: is of format version {ascii(document.format_version)[:40]}; bedaudit reads version 1"
        )
    if document.errored:
        raise TerraformPlanError(f"{file}: Terraform could not finish this plan, which tells nothing for sure")
    return document
