"""Which files a user means by FILE, DIR and `builtin:NAME`, and their bytes."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from bedaudit.errors import Problem
from bedaudit.opening import unpiped
from bedaudit.policy.builtin import BUILTIN, builtin_policies
from bedaudit.policy.hints import near, quoted
from bedaudit.policy.yaml import MAX_BYTES, Node, parse

_ENDINGS = (".yaml", ".yml")


@dataclass(frozen=True, slots=True)
class Source:
    """One file, and how it is called in front of the user."""

    file: str
    path: Path


def find_sources(sources: Sequence[str]) -> tuple[list[Source], list[Problem]]:
    """Every file that the sources name, each once, in order; and the sources that name none."""
    found: dict[str, Source] = {}
    problems: list[Problem] = []
    for source in sources:
        try:
            named = {os.path.realpath(each.path): each for each in _named(source)}
        except (OSError, ValueError) as error:
            problems.append(_unreadable(source, error))
            continue
        if not named:
            problems.append(_nothing(source))
        found |= {real: each for real, each in named.items() if real not in found}
    return list(found.values()), problems


def read_file(source: Source) -> bytes | Problem:
    """The bytes of a file, of a file that is too large one too many; or why it cannot be read."""
    try:
        with open(source.path, "rb", opener=unpiped) as stream:
            return stream.read(MAX_BYTES + 1)
    except (OSError, ValueError) as error:
        return _unreadable(source.file, error)


def read_document(path: str) -> tuple[Node | None, list[Problem]]:
    """The document of one file that is no policy, and what is wrong with it as YAML."""
    content = read_file(Source(path, Path(path)))
    return (None, [content]) if isinstance(content, Problem) else parse(content, path)


def _named(source: str) -> Iterator[Source]:
    if source.startswith(BUILTIN):
        yield from (Source(f"policies/{path.name}", path) for path in _builtin(source))
        return
    path = Path(source)
    if not path.is_dir():
        yield Source(source, path)
        return
    for directory, below, names in os.walk(path, onerror=_raised):
        below.sort()
        for name in sorted(names):
            if name.endswith(_ENDINGS):
                inside = Path(directory, name)
                yield Source(str(inside), inside)


def _builtin(source: str) -> list[Path]:
    name, shipped = source.removeprefix(BUILTIN), builtin_policies()
    if name == "all":
        return [path for each, path in shipped.items() if each != "lab"]
    return [shipped[name]] if name in shipped else []


def _raised(error: OSError) -> None:
    raise error


def _nothing(source: str) -> Problem:
    if source.startswith(BUILTIN):
        names = [*builtin_policies(), "all"]
        message = f"no built-in policy is called {quoted(source.removeprefix(BUILTIN))}"
        return Problem(source, 1, 1, message, near(source.removeprefix(BUILTIN), names))
    return Problem(source, 1, 1, "the directory has no policies", "files that end in .yaml or .yml")


def _unreadable(file: str, error: OSError | ValueError) -> Problem:
    reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return Problem(file, 1, 1, f"cannot be read: {reason}")
