"""What an error means where the error alone does not tell."""

from __future__ import annotations

import asyncio

from botocore.exceptions import EndpointConnectionError

from bedaudit.aws.catalogue import Catalogue
from bedaudit.aws.client import Client, Identity
from bedaudit.aws.credentials import NotEntered
from bedaudit.aws.gaps import ERRORS, code_of, gap_of, meaning
from bedaudit.model import Gap, Reason

_NO_FEATURE = {"ValidationException", "UnknownOperationException"}
"""How Bedrock answers, region by region, where it does not have a feature yet."""


class Diagnosis:
    """Makes gaps of one account's errors."""

    def __init__(self, client: Client, catalogue: Catalogue, who: Identity, partition: str, home_region: str) -> None:
        self._client, self._catalogue, self._who = client, catalogue, who
        self._partition, self._home = partition, home_region
        self._works: asyncio.Task[bool] | None = None

    async def gap(self, error: BaseException, service: str, operation: str, region: str) -> Gap:
        """The gap that an error of a call leaves."""
        if isinstance(error, NotEntered):
            return error.gap
        if meaning(error, service) == "unauthenticated" and await self._keys_work():
            return self._refused_here(error, service, operation, region)
        return gap_of(error, service, operation, reason=self._missing(error, service, operation, region))

    def _refused_here(self, error: BaseException, service: str, operation: str, region: str) -> Gap:
        told = f"{region} does not accept credentials that work in {self._home}: it may not be enabled for the account"
        return Gap("failed", f"{service}:{operation}", code_of(error), told)

    def _missing(self, error: BaseException, service: str, operation: str, region: str) -> Reason | None:
        """`unsupported`, if the error and botocore's data say that the region lacks this."""
        if isinstance(error, EndpointConnectionError):
            own = region in str(error.kwargs.get("endpoint_url"))
            return "unsupported" if own and self._catalogue.lacks(service, region, self._partition) else None
        reads = operation.startswith(("List", "Get"))
        if service.startswith("bedrock") and reads and code_of(error) in _NO_FEATURE:
            model = self._catalogue.operation(service, operation)
            names_nothing = model is None or model.input_shape is None or not model.input_shape.required_members
            if names_nothing or code_of(error) == "UnknownOperationException":
                return "unsupported"
        return None

    async def _keys_work(self) -> bool:
        if self._works is None:
            self._works = asyncio.create_task(self._ask())
        return await asyncio.shield(self._works)

    async def _ask(self) -> bool:
        try:
            await self._client.send(self._who, "sts", "GetCallerIdentity", self._home, {})
        except (*ERRORS, NotEntered):
            return False
        return True
