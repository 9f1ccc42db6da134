"""What a repair is: how one document of AWS is found, read, edited and put back.

A document is what AWS keeps and replaces as a whole: a logging configuration, a bucket policy, the retention of a log
group, an alarm. A repair edits AWS's own raw reply and keeps every member that bedaudit does not model.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

from bedaudit.model import Call, Facts, Raw, Site
from bedaudit.reader import Operation, Reader
from bedaudit.state import Path

Safety: TypeAlias = Literal["safe", "risky", "manual"]
"""`safe`: nothing is lost; `risky`: needs `--allow-risky`; `manual`: shown, never applied."""
Join: TypeAlias = Callable[[Any, Any], Any]


@dataclass(frozen=True, slots=True)
class Place:
    """Where a document is."""

    region: str
    """The region that its calls go to."""
    name: str
    """Names it for people, uniquely within the account: `retention of log group /aws/bedrock/x`."""
    parameters: Mapping[str, Any]
    """What its calls name it by, as `{"logGroupName": ...}`."""


@dataclass(frozen=True, slots=True)
class Edit:
    """How a document becomes what is wanted."""

    after: Raw | None
    """The document as it will be read afterwards; None: there is none."""
    calls: tuple[Call, ...]
    """Empty where the document is already as wanted."""
    undo: tuple[Call, ...] | None
    """What restores the raw document that was read; None: nothing does. A parameter may be
    `made_as(...)` what AWS gives a document that is made."""
    safety: Safety = "safe"
    reason: str = ""
    """Why it is not safe, or what people have to know."""


@dataclass(frozen=True, slots=True)
class Repair:
    """One sort of document that can be mended."""

    name: str
    """`invocation_logging`, `log_group.retention`, `bucket.policy`."""
    paths: tuple[str, ...]
    """What it can set, as paths relative to the part of the state that it is mounted at; `create`: it can be made."""
    place: Callable[[Facts, Site], Place | None]
    """From the facts of the part that it is mounted at, in which the wanted values are put already; of what is to be
    made, the facts that the call alone decides (`Creation.facts`). None: they do not say where it is."""
    read: Callable[[Reader, Place], Awaitable[Raw | None]]
    """The raw document, without ResponseMetadata; None: there is none."""
    edit: Callable[[Raw | None, Mapping[str, Any], Place, Site], Edit]
    """From the raw document and the wanted values by path. `edit(raw, {}, ...)` has no calls."""
    reads: tuple[Operation, ...]
    writes: tuple[str, ...]
    """`service:Operation` of every call that `edit` may give, undo included."""
    volatile: tuple[Path, ...] = ()
    """Members that change by themselves: states, sizes, timestamps, revisions."""
    allowed: Mapping[str, tuple[Any, ...]] = field(default_factory=dict)
    """By path, the only values that AWS takes, ascending: a bound is moved to the next of them."""
    after: tuple[str, ...] = ()
    """Names of repairs whose steps at the same site come first."""
    joins: Mapping[str, Join] = field(default_factory=dict)
    """By path, how what two controls want becomes one; where they want what does not go together, None."""
    untold: tuple[str, ...] = ()
    """Parameters of its place whose values do not stand in the name of the place."""
    does: str = ""
    """What it changes, as a sentence."""
    rated: Mapping[Safety, str] = field(default_factory=lambda: {"safe": ""})
    """How safe its edits may be, and of what is not safe, why."""
    received: Callable[[Reader, Place], Awaitable[bool]] | None = None
    """Of what can be made: whether something was delivered to it, which deleting it would lose."""

    @property
    def by_machine(self) -> bool:
        """Whether it is ever applied; otherwise each of its steps is `manual`, and `iam` allows no call of it."""
        return self.rated.keys() != {"manual"}

    @property
    def absent(self) -> frozenset[str]:
        """The codes by which AWS says that the document, or the part of it that is to be deleted, is not there."""
        return frozenset(code for operation in self.reads for code in operation.absent)


@dataclass(frozen=True, slots=True)
class Mount:
    """Where in the state of a kind a repair's paths begin: `cloudwatch.log_group`; empty: at its root."""

    kind: str
    at: str
    repair: Repair


def made_as(member: str) -> str:
    """Stands, in the undo of what is made, for a member that AWS gives it and that is read afterwards."""
    return f"${{{member}}}"


def undoing(call: Call, made: Raw) -> Call:
    """The undo of what was made, given the members that AWS gave it."""
    known = {made_as(name): value for name, value in made.items() if isinstance(value, str)}
    parameters = {name: known.get(str(value), value) for name, value in call.parameters.items()}
    return Call(call.service, call.operation, parameters)


def settled(raw: Raw | None, volatile: tuple[Path, ...]) -> Raw | None:
    """A raw document without what changes by itself: what is compared to tell whether it is still the same."""
    if raw is None:
        return None
    kept: Any = raw
    for path in volatile:
        kept = _without(kept, path)
    return kept  # type: ignore[no-any-return]


def _without(part: Any, path: Path) -> Any:
    if isinstance(part, list | tuple):
        return [_without(item, path) for item in part]
    if not isinstance(part, Mapping) or path[0] not in part:
        return part
    rest = {name: value for name, value in part.items() if name != path[0]}
    return rest if len(path) == 1 else {**rest, path[0]: _without(part[path[0]], path[1:])}
