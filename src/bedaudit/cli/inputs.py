"""Where stored reports and snapshots come from: files, or objects of S3 that are fetched once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import click

from bedaudit.opening import Copy, Readable

Place = Path | str
"""A file, or as text the URL of an object of S3."""


class InputType(click.Path):
    """A path, or the URL of an object of S3, which is looked for when it is read."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The URL as it is, or the path, if it is as it has to be."""
        return value if isinstance(value, str) and value.startswith("s3://") else super().convert(value, param, ctx)


INPUT = InputType(path_type=Path)
INPUTS = InputType(exists=True, dir_okay=False, path_type=Path)


@contextmanager
def reading(place: Place, profile: str | None) -> Iterator[Readable]:
    """What can be opened, meanwhile; `profile`: of the AWS configuration.

    Raises:
        ReportError: the object cannot be read.
    """
    if isinstance(place, Path):
        yield place
        return
    from bedaudit.aws.objects import read_object

    with TemporaryDirectory(prefix="bedaudit-") as folder:
        copy = Copy(place, Path(folder) / "object")
        read_object(place, copy.place, profile)
        yield copy


def fetched(place: Place, profile: str | None) -> Readable:
    """What can be opened until the command is through.

    Raises:
        ReportError: the object cannot be read.
    """
    return click.get_current_context().with_resource(reading(place, profile))


def matching(places: Sequence[Place], profile: str | None) -> Iterator[Place]:
    """The places; for a URL with a wildcard all objects that match, as a shell matches files.

    Raises:
        ReportError: none matches.
    """
    for place in places:
        yield from _matching(place, profile) if isinstance(place, str) else (place,)


def _matching(url: str, profile: str | None) -> Sequence[str]:
    if not any(wild in url for wild in "*?["):
        return (url,)
    from bedaudit.aws.objects import matching_objects

    return matching_objects(url, profile)
