"""YAML to values with exact places, under the core schema of YAML 1.2.

Built from the parser's events: nothing is constructed, no alias is followed, nesting is refused before it is deep.
Everything that is wrong becomes a `Problem`; of a value that could not be read, `BROKEN`, nobody else complains.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

import yaml

from bedaudit.errors import Problem
from bedaudit.model import Mark
from bedaudit.policy.hints import quoted

MAX_BYTES = 1_000_000
MAX_DEPTH = 50

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_UNPRINTABLE = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_LINE_BREAK = re.compile("\r\n|[\n\r\x85\u2028\u2029]")
_NOT_TEXT = re.compile("[\x00\ud800-\udfff]")

_NULL = frozenset({"", "~", "null", "Null", "NULL"})
_BOOLEANS = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
_BASES = {"0o": 8, "0x": 16}
_DECIMAL = re.compile(r"[-+]?[0-9]+")
_OCTAL_OR_HEX = re.compile(r"0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_NOT_FINITE = re.compile(r"[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)")
_LEADING_ZERO = re.compile(r"[-+]?0[0-9]+")
_LARGEST = 2**63


class _Broken:
    """The type of `BROKEN`."""


BROKEN: Final = _Broken()
"""A value that could not be read; its problem is told already."""

Value: TypeAlias = "str | int | float | bool | list[Node] | dict[str, Node] | _Broken | None"


@dataclass(frozen=True, slots=True)
class Node:
    """A value and where it stands."""

    value: Value
    mark: Mark
    key: Mark | None = None
    """Where the key stands whose value it is."""
    text: str = ""
    """A scalar as it is written, without quotation marks."""

    @property
    def name_mark(self) -> Mark:
        """Where its key stands, else itself."""
        return self.key or self.mark

    def plain(self) -> Any:
        """The value without marks; what could not be read is None."""
        match self.value:
            case dict():
                return {name: node.plain() for name, node in self.value.items()}
            case list():
                return [node.plain() for node in self.value]
            case _Broken():
                return None
            case _:
                return self.value


@dataclass(slots=True)
class _Open:
    """A list or mapping that is being read; in a mapping, `key` is the key whose value comes next."""

    value: list[Node] | dict[str, Node]
    start: Mark
    key: tuple[str | None, Mark] | None = None
    is_key: bool = False
    end: Mark | None = None


def parse(content: bytes, file: str) -> tuple[Node | None, list[Problem]]:
    """The one document of a file, None where there is no reading on; and all problems."""
    if len(content) > MAX_BYTES:
        return None, [Problem(file, 1, 1, "the file is larger than 1 MB", "split it; a directory is loaded as a whole")]
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = content[: error.start].decode("utf-8-sig")
        return None, [Problem(file, *_place(before, len(before)), "this is not UTF-8", "save the file as UTF-8")]
    unprintable = _UNPRINTABLE.search(text)
    if unprintable:
        message = f"the character U+{ord(unprintable[0]):04X} is not allowed in YAML"
        return None, [Problem(file, *_place(text, unprintable.start()), message)]
    return _Builder(file).build(text)


def _place(text: str, offset: int) -> tuple[int, int]:
    line_start = text.rfind("\n", 0, offset) + 1
    return text.count("\n", 0, offset) + 1, offset - line_start + 1


class _Refused(Exception):  # noqa: N818 - ends the reading of one file, whose problem is told
    """There is no reading on."""


class _Builder:
    """Builds one document from events."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.problems: list[Problem] = []
        self.root: Node | None = None
        self.open: list[_Open] = []
        self.lines: list[str] = []

    def build(self, text: str) -> tuple[Node | None, list[Problem]]:
        self.lines = _LINE_BREAK.split(text)
        try:
            for event in _events(text):
                self.take(event)
        except _Refused:
            self.root = None
        except yaml.MarkedYAMLError as error:
            mark: Any = error.problem_mark or error.context_mark
            line = "".join(self.lines[mark.line : mark.line + 1])
            hint = "within {...} and [...] quote ${...}" if "${" in line else None
            self.problem(self.mark(mark, mark), f"this is not YAML: {error.problem or error.context}", hint)
            self.root = None
        except (yaml.YAMLError, ValueError, OverflowError) as error:
            # The parser written in Python lets some escapes of impossible characters through to chr().
            self.problems.append(Problem(self.file, 1, 1, f"this is not YAML: {error}"))
            self.root = None
        else:
            if self.root is None:
                self.problems.append(Problem(self.file, 1, 1, "the file is empty"))
        return self.root, self.problems

    def problem(self, mark: Mark, message: str, hint: str | None = None) -> None:
        self.problems.append(Problem(self.file, mark.line, mark.column, message, hint))

    def mark(self, start: Any, end: Any) -> Mark:
        return Mark(self.file, start.line + 1, start.column + 1, end.line + 1, end.column + 1)

    def block_mark(self, mark: Mark) -> Mark:
        """Block text ends, for the parser, only past the blank lines that follow it."""
        upto = self.lines[mark.line - 1 : mark.end_line]
        upto[-1] = upto[-1][: mark.end_column - 1]
        while not upto[-1].strip():
            upto.pop()
        return Mark(self.file, mark.line, mark.column, mark.line + len(upto) - 1, len(upto[-1].rstrip()) + 1)

    def take(self, event: Any) -> None:
        mark = self.mark(event.start_mark, event.end_mark)
        match event:
            case yaml.DocumentStartEvent() if self.root is not None:
                self.problem(mark, "a second document begins here", "one document a file")
                raise _Refused
            case yaml.AliasEvent():
                self.problem(mark, f"aliases are not allowed: *{event.anchor}", "write the value out")
                self.add(Node(BROKEN, mark))
            case yaml.ScalarEvent():
                self.refuse_properties(event, mark)
                self.add(self.scalar(event, self.block_mark(mark) if event.style in ("|", ">") else mark))
            case yaml.CollectionStartEvent():
                self.refuse_properties(event, mark)
                self.begin([] if isinstance(event, yaml.SequenceStartEvent) else {}, mark)
            case yaml.CollectionEndEvent():
                self.finish(mark)

    def refuse_properties(self, event: Any, mark: Mark) -> None:
        if event.anchor is not None:
            self.problem(mark, f"anchors are not allowed: &{event.anchor}", "write the value out where it is needed")
        if event.tag is not None:
            tag = event.tag.replace("tag:yaml.org,2002:", "!!")
            self.problem(mark, f"tags are not allowed: {quoted(tag)[1:-1]}", "quote the value if it is text")

    def begin(self, value: list[Node] | dict[str, Node], mark: Mark) -> None:
        if len(self.open) == MAX_DEPTH:
            self.problem(mark, f"this is nested more than {MAX_DEPTH} deep")
            raise _Refused
        above = self.open[-1] if self.open else None
        is_key = above is not None and isinstance(above.value, dict) and above.key is None
        self.open.append(_Open(value, mark, is_key=is_key))

    def finish(self, mark: Mark) -> None:
        done = self.open.pop()
        # A block ends, for the parser, only where the next token begins: past blank lines and comments.
        flow = (mark.line, mark.column) != (mark.end_line, mark.end_column)
        end = mark if flow else done.end or done.start
        whole = Mark(self.file, done.start.line, done.start.column, end.end_line, end.end_column)
        self.add(Node(done.value, whole), is_key=done.is_key)

    def add(self, node: Node, *, is_key: bool = False) -> None:
        """Puts a finished value where it belongs."""
        if not self.open:
            self.root = node
            return
        above = self.open[-1]
        above.end = node.mark
        if isinstance(above.value, list):
            above.value.append(node)
        elif is_key or above.key is None:
            above.key = (self.key(node, above.value), node.mark)
        else:
            name, mark = above.key
            above.key = None
            if name is not None:
                above.value[name] = Node(node.value, node.mark, mark, node.text)

    def key(self, node: Node, known: dict[str, Node]) -> str | None:
        """The text of a key, None where it is none."""
        match node.value:
            case str() as name if name == "<<":
                self.problem(node.mark, "merge keys (<<) are not allowed", "write the members out")
                return None
            case str() as name if name in known:
                first = known[name].name_mark
                self.problem(node.mark, f"duplicate key {quoted(name)}, first at {first.line}:{first.column}")
                return None
            case str() as name:
                return name
            case _Broken():
                return None
            case dict() | list():
                self.problem(node.mark, "a key must be text, not a list or mapping")
                return None
            case _:
                self.problem(node.mark, f"a key must be text, not {node.text or 'nothing'}", "quote it")
                return None

    def scalar(self, event: Any, mark: Mark) -> Node:
        text: str = event.value
        if _NOT_TEXT.search(text):
            self.problem(mark, "text must not hold NUL or half a surrogate pair")
            return Node(BROKEN, mark)
        if not event.implicit[0] or event.tag is not None:
            return Node(text, mark, text=text)
        try:
            return Node(resolve(text), mark, text=text)
        except ValueError as error:
            message, hint = error.args
            self.problem(mark, f"{message}: {quoted(text)[1:-1]}", hint)
            return Node(BROKEN, mark)


def _events(text: str) -> Iterator[Any]:
    return iter(yaml.parse(text, Loader=_LOADER))


def resolve(text: str) -> str | int | float | bool | None:
    """A plain scalar's value; ValueError(message, hint) for a number that is ambiguous or cannot be held."""
    if text in _NULL:
        return None
    if text in _BOOLEANS:
        return _BOOLEANS[text]
    if _LEADING_ZERO.fullmatch(text):
        raise ValueError("an integer with a leading zero is ambiguous", "quote account IDs")
    if _NOT_FINITE.fullmatch(text):
        raise ValueError("a number must be finite", "quote it if it is text")
    if _DECIMAL.fullmatch(text):
        return _held(int(text) if len(text) < 30 else _LARGEST)
    if _OCTAL_OR_HEX.fullmatch(text):
        return _held(int(text[2:], _BASES[text[:2]]))
    if _FLOAT.fullmatch(text):
        return _held(float(text))
    return text


def _held(number: float) -> float:
    if not math.isfinite(number) or (isinstance(number, int) and abs(number) >= _LARGEST):
        raise ValueError("a number this large cannot be held", "quote it if it is text")
    return number
