"""Whether IAM policies allow a request, as far as their documents and what is known of the request decide it.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from bedaudit.documents.iam import Condition, Document, Matched, Principals, Statement
from bedaudit.documents.iam_conditions import Context, Known, filled, holds
from bedaudit.documents.iam_match import Value, matches, matches_resource, wild
from bedaudit.documents.kleene import every, negated, some


@dataclass(frozen=True, slots=True)
class Principal:
    """Who makes a request: a service by its name, or somebody of an account by ARN."""

    type: Literal["AWS", "Service"]
    name: str
    doubtful: tuple[str, ...] = ()
    """Other names that may or may not mean it."""
    title: str = ""
    """What to call it, if not by its name."""


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked for; `resource` None: a role to be assumed, which trust policies do not name."""

    action: str
    resource: Value | None = None
    principal: Principal | None = None
    """None for identity policies, whose principal is who they are attached to."""
    context: Context = field(default_factory=Context)


Effect: TypeAlias = Literal["Allow", "Deny"]
Element: TypeAlias = Literal["principal", "action", "resource"] | Condition
"""What a request must meet of a statement."""


def allows(documents: Sequence[Document], request: Request) -> bool | None:
    """Whether the documents together allow the request: one allows it and none denies it; None: undecided."""
    return every((_any_applies(documents, request, "Allow"), negated(denies(documents, request))))


def denies(documents: Sequence[Document], request: Request) -> bool | None:
    """Whether one of the documents explicitly denies the request; None: undecided."""
    return _any_applies(documents, request, "Deny")


def granted_actions(documents: Iterable[Document]) -> tuple[str, ...]:
    """The actions that are allowed on some resource, as patterns, sorted; all but some as `not` and the pattern."""
    return tuple(
        sorted(
            {
                f"not {action}" if statement.actions.inverted else action
                for document in documents
                for statement in document.statements
                if statement.effect == "Allow"
                for action in statement.actions.patterns
            }
        )
    )


def _any_applies(documents: Sequence[Document], request: Request, effect: Effect) -> bool | None:
    return some(
        each
        for document in documents
        for each in (
            *(applies(statement, request, document) for statement in document.statements if statement.effect == effect),
            None if document.malformed else False,
        )
    )


def applies(statement: Statement, request: Request, document: Document) -> bool | None:
    """Whether the statement, of the document, is about the request; None: undecided."""
    return every(verdict for _, verdict in elements(statement, request, document))


def elements(statement: Statement, request: Request, document: Document) -> Iterator[tuple[Element, bool | None]]:
    """The elements of a statement, from who is meant to when, and whether the request meets each."""
    yield "principal", _is_principal(statement.principals, request.principal)
    yield "action", _is_action(statement.actions, request.action)
    yield "resource", _is_resource(statement.resources, request, variables=document.variables)
    for condition in statement.conditions:
        yield condition, holds(condition, request.context, variables=document.variables)


def _is_action(actions: Matched, action: str) -> bool | None:
    found = some(matches(wild(pattern.lower()), action.lower()) for pattern in actions.patterns)
    return negated(found) if actions.inverted else found


def _is_resource(resources: Matched | None, request: Request, *, variables: bool) -> bool | None:
    if request.resource is None:
        return True
    if resources is None:
        return None
    patterns = (filled(text, request.context, wildcards=True, variables=variables) for text in resources.patterns)
    found = some(
        False
        if pattern is Known.ABSENT
        else None
        if pattern is Known.NOTHING
        else matches_resource(pattern, request.resource)
        for pattern in patterns
    )
    return negated(found) if resources.inverted else found


def _is_principal(principals: Principals | None, principal: Principal | None) -> bool | None:
    if principal is None:
        return True
    if principals is None:
        return None
    found = some(_is_named(type_, name, principal) for type_, names in principals.by_type.items() for name in names)
    return negated(found) if principals.inverted else found


def _is_named(type_: str, name: str, principal: Principal) -> bool | None:
    if name == "*" and type_ in ("*", "AWS"):
        return True
    if type_ != principal.type:
        return False
    if name.lower() in principal.doubtful:
        return None
    return name.lower() == principal.name.lower() if type_ == "Service" else _is_of_account(name, principal.name)


def _is_of_account(name: str, arn: str) -> bool:
    """Whether the ARN is the one named, or of the account named by its number or its root."""
    account = arn.split(":")[4] if arn.count(":") > 4 else ""
    return name == arn or (bool(account) and (name == account or name.endswith(f"::{account}:root")))
