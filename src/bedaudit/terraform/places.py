"""In which account and region each resource of a plan is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from bedaudit.documents.arn import parse
from bedaudit.errors import TerraformPlanError
from bedaudit.terraform.document import ConfigModule, Module, PlanDocument
from bedaudit.terraform.names import Place
from bedaudit.terraform.references import modules_of

NO_ACCOUNT: Final = "000000000000"
"""Stands for an account that a plan does not tell."""

_ARNS: Final = ("arn", "guardrail_arn", "dashboard_arn")
_PARTITIONS: Final = {"cn": "aws-cn", "us-gov": "aws-us-gov"}


class Places:
    """Looks for them in what a resource says itself, in its provider's configuration, and in what was there before."""

    def __init__(self, document: PlanDocument, file: str, account: str | None, region: str | None) -> None:
        self._document, self._file, self._account, self._region = document, file, account, region
        self._root = document.configuration.root_module
        self._by_provider: dict[str, str] = {}
        """The account of each provider of which something is known."""
        self._caller: str | None = None
        self.notices: set[str] = set()
        for one in _everything(document.prior_state.values.root_module):
            account_id = one.values.get("account_id")
            if one.type == "aws_caller_identity" and isinstance(account_id, str):
                self._caller = account_id
            elif one.mode == "managed" and (known := _of_arn(one.values)):
                self._by_provider.setdefault(self._provider(one.address, one.type, one.name), known.account)

    def of(self, address: str, type_: str, name: str, values: Mapping[str, Any]) -> Place:
        """The place of a resource.

        Raises:
            TerraformPlanError: its region is not told.
        """
        provider = self._provider(address, type_, name)
        known = _of_arn(values)
        region = _text(values, "region") or (known.region if known else "") or self._region_of(provider)
        if not region:
            raise TerraformPlanError(
                f"{self._file}: does not tell in which region {ascii(address).strip(chr(39))} is: say it with --region"
            )
        account = known.account if known else self._by_provider.get(provider) or self._caller or self._account
        if account is None:
            self.notices.add(
                f"the plan does not tell the account, which is called {NO_ACCOUNT} here: say it with --account"
            )
        partition = next((name for start, name in _PARTITIONS.items() if region.startswith(f"{start}-")), "aws")
        return Place(partition, region, account or NO_ACCOUNT)

    def _provider(self, address: str, type_: str, name: str) -> str:
        """The key of the provider's configuration."""
        module: ConfigModule | None = self._root
        for step in modules_of(address):
            call = module.module_calls.get(step) if module else None
            module = call.module if call else None
        blocks = module.resources if module else []
        return next((each.provider_config_key for each in blocks if (each.type, each.name) == (type_, name)), "aws")

    def _region_of(self, provider: str) -> str:
        providers = self._document.configuration.provider_config
        config = providers.get(provider) or providers.get(provider.rpartition(":")[2])
        expression = config.expressions.get("region") if config else None
        told = self._value(expression) if isinstance(expression, Mapping) else None
        return told if isinstance(told, str) else self._region or ""

    def _value(self, expression: Mapping[str, Any]) -> Any:
        references = expression.get("references")
        if "constant_value" in expression or not isinstance(references, list) or not references:
            return expression.get("constant_value")
        first, _, name = str(references[0]).partition(".")
        variable = self._document.variables.get(name) if first == "var" else None
        return variable.value if variable else None


def _everything(module: Module) -> Iterator[Any]:
    waiting = [module]
    while waiting:
        one = waiting.pop()
        yield from one.resources
        waiting += one.child_modules


def _of_arn(values: Mapping[str, Any]) -> Place | None:
    """What the ARN of a resource says, if there is one with an account in it."""
    arns = (parse(text) for name in _ARNS if (text := _text(values, name)).startswith("arn:"))
    return next((Place(arn.partition, arn.region, arn.account) for arn in arns if arn.account.isdecimal()), None)


def _text(values: Mapping[str, Any], name: str) -> str:
    value = values.get(name)
    return value if isinstance(value, str) else ""
