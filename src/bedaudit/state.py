"""Typed states, and the shapes that a policy's paths are checked against.

A state is a frozen pydantic model. Its fields are text, numbers, flags, choices (`Literal`), `Days`, `Hours`, tuples,
maps of text and nested states; `| None` says that AWS may not set it, `| Gap` that it may be unreadable. The docstring
under a field is what `bedaudit kinds` says of it.
"""

from __future__ import annotations

import ast
import inspect
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, partial
from itertools import pairwise
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, TypeAlias, Union, get_args, get_origin

from pydantic import BaseModel, ConfigDict

from bedaudit.model import Facts, Gap

Path: TypeAlias = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Unit:
    """The unit of a number, as `kinds` prints it."""

    name: str


@dataclass(frozen=True, slots=True)
class Because:
    """Names the sibling field that says why this one is false."""

    field: str


Days: TypeAlias = Annotated[int | Literal["never"], Unit("days")]
Hours: TypeAlias = Annotated[float, Unit("hours")]


class State(BaseModel):
    """What is true of one resource, or of a part of it."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    def facts(self) -> Facts:
        """Its plain JSON form. Where a verdict is unreadable so is its reason, which is not taken for none."""
        facts = {
            name: value if type(value) in _ATOMS else _plain(value)
            for name, value in self.__dict__.items()
            if value is not None
        }
        for name, reason in _reasons(type(self)):
            if reason not in facts and isinstance(getattr(self, name), Gap):
                facts[reason] = facts[name]
        return facts


_ATOMS = frozenset({str, int, float, bool})


def _plain(value: Any) -> Any:
    match value:
        case str() | int() | float() | None:
            return value
        case State():
            return value.facts()
        case Gap():
            return value.as_fact()
        case tuple() | list():
            return [_plain(item) for item in value]
        case Mapping():
            return {str(key): _plain(item) for key, item in value.items()}
        case _:
            return value


@dataclass(frozen=True, slots=True)
class Scalar:
    """Text, number, flag, choice or duration."""

    type: Literal["text", "integer", "number", "flag", "choice", "duration"]
    choices: tuple[str, ...] = ()
    unit: str = ""


@dataclass(frozen=True, slots=True)
class ListOf:
    """A list, all of whose elements have one shape."""

    item: Shape


@dataclass(frozen=True, slots=True)
class TextMap:
    """A map from any text to text, as tags are."""


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a group."""

    shape: Shape
    explained: Callable[[], str]
    """Gives the sentence on it, which few ask for and takes a while to find."""
    optional: bool
    because: str | None = None

    @property
    def doc(self) -> str:
        """What it means, in a sentence."""
        return self.explained()


@dataclass(frozen=True, slots=True)
class Group:
    """The fields of a nested state."""

    fields: Mapping[str, Field]


Shape: TypeAlias = Scalar | ListOf | TextMap | Group

_SCALARS: dict[Any, Shape] = {
    str: Scalar("text"),
    bool: Scalar("flag"),
    int: Scalar("integer"),
    float: Scalar("number"),
}


@cache
def shape_of(state: type[State]) -> Group:
    """The shape of a state; a field of a type that no policy could name is a TypeError."""
    return Group({name: _field(state, name) for name in state.model_fields})


@cache
def _reasons(state: type[State]) -> tuple[tuple[str, str], ...]:
    """The fields that are verdicts, each with the field that says why it is false."""
    return tuple((name, field.because) for name, field in shape_of(state).fields.items() if field.because)


def reason_of(shape: Shape, path: Path) -> Path | None:
    """The path of the field that says why the verdict at `path` is false, if there is one."""
    for name in path[:-1]:
        field = shape.fields.get(name) if isinstance(shape, Group) else None
        if field is None:
            return None
        shape = field.shape
    verdict = shape.fields.get(path[-1]) if isinstance(shape, Group) else None
    return (*path[:-1], verdict.because) if verdict and verdict.because else None


def _field(state: type[State], name: str) -> Field:
    info = state.model_fields[name]
    unit = next((mark.name for mark in info.metadata if isinstance(mark, Unit)), "")
    because = next((mark.field for mark in info.metadata if isinstance(mark, Because)), None)
    shape, optional = _shape(info.annotation, unit)
    return Field(shape, partial(_doc, state, name), optional, because)


def _doc(state: type[State], name: str) -> str:
    """The docstring below a field, on one line, from the class that has the field first."""
    classes = (_docs(each.__module__).get(each.__name__, {}) for each in state.__mro__ if issubclass(each, State))
    return next((" ".join(docs[name].split()) for docs in classes if name in docs), "")


@cache
def _docs(module: str) -> Mapping[str, Mapping[str, str]]:
    """By class and field, the docstrings in a module's source."""
    nodes = ast.walk(ast.parse(inspect.getsource(sys.modules[module])))
    return {node.name: dict(_documented(node.body)) for node in nodes if isinstance(node, ast.ClassDef)}


def _documented(body: Sequence[ast.stmt]) -> Iterator[tuple[str, str]]:
    for field, said in pairwise(body):
        match field, said:
            case ast.AnnAssign(target=ast.Name(id=name)), ast.Expr(value=ast.Constant(value=str() as doc)):
                yield name, doc


def _shape(annotation: Any, unit: str) -> tuple[Shape, bool]:
    """The shape of an annotation, and whether the value may be missing."""
    if get_origin(annotation) is Annotated:
        unit = next((mark.name for mark in annotation.__metadata__ if isinstance(mark, Unit)), unit)
        return _shape(annotation.__origin__, unit)
    if get_origin(annotation) in (Union, UnionType):
        return _union(annotation, unit)
    return _plain_shape(annotation, unit), False


def _union(annotation: Any, unit: str) -> tuple[Shape, bool]:
    members = [member for member in get_args(annotation) if member not in (NoneType, Gap)]
    optional = NoneType in get_args(annotation)
    if Literal["never"] in members:
        return Scalar("duration", unit=unit), optional
    if len(members) != 1:
        raise TypeError(f"a field of several types: {annotation}")
    shape, nested = _shape(members[0], unit)
    return shape, optional or nested


def _plain_shape(annotation: Any, unit: str) -> Shape:
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Literal:
        return Scalar("choice", choices=tuple(arguments))
    if origin is tuple:
        return ListOf(_shape(arguments[0], "")[0])
    if origin is Mapping or origin is dict:
        return TextMap()
    if isinstance(annotation, type) and issubclass(annotation, State):
        return shape_of(annotation)
    scalar = _SCALARS[annotation]
    return Scalar(scalar.type, unit=unit) if unit and isinstance(scalar, Scalar) else scalar
