"""Why IAM policies do not allow a request, or allow it all the same, each in a sentence of one line.

Of the statements that do not apply, the nearest is told of: the one that meets the most, in the order of who, what,
where and when, and of several the one whose text is the most like what is asked for.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import takewhile

from bedaudit.documents.iam import Condition, Document, Statement
from bedaudit.documents.iam_conditions import Known
from bedaudit.documents.iam_evaluate import Effect, Element, Principal, Request, applies, elements
from bedaudit.documents.iam_match import Begins, Value

_DOES = {"Allow": "allows", "Deny": "denies"}
_MOST_CHARACTERS = 160
_MOST_OF_A_NAME = 64
_MOST_CONDITIONS = 2
_SHARED_ENOUGH = 20
"""Characters at the beginning that two texts must share for them to be left out of the second."""
_SEPARATORS = ":/"


def why_not(documents: Sequence[Document], request: Request) -> str:
    """Why the documents, which do not allow the request, do not."""
    denial = next(_applying(documents, request, "Deny"), None)
    if denial is None:
        return why_none(documents, request, "Allow")
    where = f" where {_asked(denial.statement.conditions[0], request)}" if denial.statement.conditions else ""
    return f"{denial.of_document} explicitly denies {plain(request.action)}{where}"


def why_none(documents: Sequence[Document], request: Request, effect: Effect) -> str:
    """Why no statement of this effect applies to the request."""
    verb = _DOES[effect]
    whose = f"{plain(documents[0].name)} does not {effect.lower()}" if len(documents) == 1 else f"no policy {verb}"
    near = _nearest(documents, request, effect)
    if near is None:
        return f"{whose} {_everything(request)}"
    if isinstance(near.unmet, Condition):
        return f"{near.placed.of_document} asks for {_asked(near.unmet, request)}; here it is {near.wanted}"
    label = near.placed.label if len(documents) == 1 else near.placed.of_document
    asked, link = {
        "principal": (f"{plain(request.action)} to {near.wanted}", "it to "),
        "action": (near.wanted, ""),
        "resource": (f"{plain(request.action)} on {near.wanted}", "it on "),
    }[near.unmet]
    return f"{whose} {asked}; {label} {verb} {link}{near.named()}"


def why(documents: Sequence[Document], request: Request) -> str:
    """Which statement allows the request, which the documents do allow, and the conditions on which it does."""
    placed = next(_applying(documents, request, "Allow"))
    conditions = placed.statement.conditions
    asked = " and ".join(_asked(condition, request) for condition in conditions[:_MOST_CONDITIONS])
    asked += f" and {len(conditions) - _MOST_CONDITIONS} more" if len(conditions) > _MOST_CONDITIONS else ""
    return f"{placed.of_document} asks only for {asked}" if asked else f"{placed.of_document} has no condition"


def plain(text: str, most: int = _MOST_CHARACTERS) -> str:
    """The text on one line, without its middle if it is long."""
    line = " ".join("".join(each if each.isprintable() else " " for each in text).split())
    half = most // 2
    return line if len(line) <= most else f"{line[:half]}...{line[-half:]}"


@dataclass(frozen=True, slots=True)
class _Placed:
    """A statement, and where it stands."""

    document: Document
    number: int
    statement: Statement

    @property
    def label(self) -> str:
        return f"statement {plain(self.statement.sid, _MOST_OF_A_NAME) or self.number}"

    @property
    def of_document(self) -> str:
        return f"{self.label} of {plain(self.document.name)}"


@dataclass(frozen=True, slots=True)
class _Near:
    """A statement that does not apply, and the first of its elements that the request does not meet."""

    placed: _Placed
    unmet: Element
    wanted: str
    rank: tuple[int, int, int]

    def named(self) -> str:
        """What the statement has in place of what is wanted."""
        texts, inverted = _texts(self.placed.statement, self.unmet)
        closest = max(texts, key=lambda text: len(_shared(text, self.wanted)), default="nothing")
        more = f" and {len(texts) - 1} more" if len(texts) > 1 else ""
        shown = plain(_differing(closest, self.wanted))
        return f"all but {shown}{more}" if inverted else f"{shown}{more} only"


def _placed(documents: Sequence[Document], effect: Effect) -> Iterator[_Placed]:
    for document in documents:
        for number, statement in enumerate(document.statements, 1):
            if statement.effect == effect:
                yield _Placed(document, number, statement)


def _applying(documents: Sequence[Document], request: Request, effect: Effect) -> Iterator[_Placed]:
    for placed in _placed(documents, effect):
        if applies(placed.statement, request, placed.document):
            yield placed


def _nearest(documents: Sequence[Document], request: Request, effect: Effect) -> _Near | None:
    nears = (_near(placed, request) for placed in _placed(documents, effect))
    return max((near for near in nears if near), key=lambda near: near.rank, default=None)


def _near(placed: _Placed, request: Request) -> _Near | None:
    verdicts = list(elements(placed.statement, request, placed.document))
    unmet = [(index, element) for index, (element, verdict) in enumerate(verdicts) if verdict is False]
    if not unmet:
        return None
    met, first = unmet[0]
    wanted = _wanted(first, request)
    likeness = max((len(_shared(text, wanted)) for text in _texts(placed.statement, first)[0]), default=0)
    return _Near(placed, first, wanted, (met, -len(unmet), likeness))


def _wanted(element: Element, request: Request) -> str:
    """What the request has for an element."""
    if element == "principal":
        return _titled(request.principal) if request.principal else "anybody"
    if element == "action":
        return plain(request.action)
    if element == "resource":
        return _shown(request.resource) if request.resource else "any resource"
    values = request.context.get(element.key)
    return "not set" if isinstance(values, Known) else " and ".join(map(_shown, values))


def _texts(statement: Statement, element: Element) -> tuple[tuple[str, ...], bool]:
    """What a statement has for an element, and whether it means all but that."""
    if isinstance(element, Condition):
        return element.values, False
    if element == "principal":
        named = statement.principals
        return (
            (tuple(name for names in named.by_type.values() for name in names), named.inverted)
            if named
            else ((), False)
        )
    matched = statement.actions if element == "action" else statement.resources
    return (matched.patterns, matched.inverted) if matched else ((), False)


def _asked(condition: Condition, request: Request) -> str:
    wanted = _wanted(condition, request)
    value = max(condition.values, key=lambda text: len(_shared(text, wanted)), default="nothing")
    more = f" or {len(condition.values) - 1} more" if len(condition.values) > 1 else ""
    return f"{plain(condition.key, _MOST_OF_A_NAME)} {plain(condition.operator, _MOST_OF_A_NAME)} {plain(value)}{more}"


def _everything(request: Request) -> str:
    resource = "" if request.resource is None else f" on {_shown(request.resource)}"
    principal = "" if request.principal is None else f" to {_titled(request.principal)}"
    return f"{plain(request.action)}{principal}{resource}"


def _titled(principal: Principal) -> str:
    return plain(principal.title or principal.name)


def _shown(value: Value) -> str:
    return plain(f"{value.text}*" if isinstance(value, Begins) else value)


def _shared(one: str, other: str) -> str:
    """What both begin with."""
    return "".join(left for left, _ in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))


def _differing(text: str, other: str) -> str:
    """The text without the beginning that it shares with the other, if that is long."""
    shared = _shared(text, other)
    cut = max(shared.rfind(each) for each in _SEPARATORS)
    return f"...{text[cut:]}" if cut >= _SHARED_ENOUGH and text != other else text
