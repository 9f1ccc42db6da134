"""One call to the sandbox, and the table of the operations that it answers itself.

A backend is a module in `bedaudit.sandbox.backends` whose functions are entered in the table:

    @operation("bedrock", "GetModelInvocationLoggingConfiguration")
    def get(call: Call) -> Reply:
        ...

What is not in the table is moto's.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from bedaudit.sandbox.world import World

S = TypeVar("S")

Reply = Mapping[str, Any]
"""The members of the operation's output shape."""
Handler = Callable[["Call"], Reply]

HANDLERS: dict[tuple[str, str], Handler] = {}
GUARDS: dict[str, list[Callable[[Call], None]]] = {}
"""Run before any operation of a service, ours and moto's; a guard raises `AwsError` or changes the call."""


class AwsError(Exception):
    """An error that AWS answers with."""

    def __init__(self, code: str, message: str, status: int = 400, headers: Mapping[str, str] | None = None) -> None:
        self.code, self.message, self.status, self.headers = code, message, status, dict(headers or {})
        super().__init__(f"{code}: {message}")


@dataclass(slots=True)
class Call:
    """A call of one AWS operation."""

    world: World
    account: str
    """The caller's, unless a guard let the call reach into another."""
    region: str
    service: str
    operation: str
    principal: str
    parameters: Mapping[str, Any]
    now: datetime
    forward: Callable[[], Reply]
    """Moto's answer to the call; raises `AwsError` where that is an error."""

    def here(self, kind: type[S]) -> S:
        """A backend's state in this account and region."""
        return self.world.state(kind, self.account, self.region)

    def everywhere(self, kind: type[S]) -> S:
        """A backend's state in this account whatever the region."""
        return self.world.state(kind, self.account, "global")

    def arn(self, resource: str) -> str:
        """The ARN of a resource of this service, account and region."""
        return f"arn:aws:{self.service}:{self.region}:{self.account}:{resource}"

    def given(self, *names: str) -> dict[str, Any]:
        """Those of the parameters that were given."""
        return {name: self.parameters[name] for name in names if self.parameters.get(name) is not None}

    def denied(self, resource: str, code: str = "AccessDeniedException", status: int = 400) -> AwsError:
        """The error of a caller whom the resource's policy does not let in."""
        action = f"{self.service}:{self.operation}"
        why = f"on resource: {resource} because no resource-based policy allows the {action} action"
        return AwsError(code, f"User: {self.principal} is not authorized to perform: {action} {why}", status)


def operation(service: str, *names: str) -> Callable[[Handler], Handler]:
    """Enters a function in the table of what the sandbox answers itself."""

    def enter(handler: Handler) -> Handler:
        for name in names:
            HANDLERS[service, name] = handler
        return handler

    return enter


def guard(*services: str) -> Callable[[Callable[[Call], None]], Callable[[Call], None]]:
    """Has a function look at every call of the services first."""

    def enter(check: Callable[[Call], None]) -> Callable[[Call], None]:
        for service in services:
            GUARDS.setdefault(service, []).append(check)
        return check

    return enter


def page(
    call: Call, member: str, items: Sequence[Any], size: int, names: tuple[str, str | None] = ("NextToken", None)
) -> dict[str, Any]:
    """One page of a listing of at most `size`; `names` are the parameters for the token and for a smaller size."""
    token, limit = names
    start = _offset(call.parameters.get(token))
    end = start + min(size, int(call.parameters.get(limit) or size) if limit else size)
    reply: dict[str, Any] = {member: list(items[start:end])}
    if end < len(items):
        reply[token] = f"page-{end}"
    return reply


def _offset(token: str | None) -> int:
    if not token:
        return 0
    number = token.removeprefix("page-")
    if not number.isdigit():
        raise AwsError("InvalidNextToken", "The next token is invalid")
    return int(number)
