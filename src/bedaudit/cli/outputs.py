"""Where reports go: checked before a scan begins, written whole or not at all."""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from urllib.parse import quote

import click

from bedaudit.cli import terminal
from bedaudit.cli.choices import FORMAT
from bedaudit.errors import ReportError

_HEAD = 2000
"""Bytes at the beginning of a page that say who wrote it."""


@dataclass(frozen=True, slots=True)
class Output:
    """A report in one format, at one place."""

    format: str
    path: Path | str | None
    """None: stdout; text: the URL of an object of S3."""
    by_account: bool = False
    """The path is a directory, for one report an account."""

    def of(self, account: str) -> Output:
        """The output of one account in a directory; a stored report may say any text for an account."""
        name = f"{quote(account, safe='', errors='replace')}.{self.format}"
        return Output(self.format, self.path / name if isinstance(self.path, Path) else f"{self.path}{name}")

    @property
    def name(self) -> str:
        """That of the file or object; empty where it goes to none, or to several."""
        return "" if self.path is None or self.by_account else str(self.path).replace(os.sep, "/").rpartition("/")[2]

    def beside(self, folder: str, name: str) -> Output:
        """The output of a further file, in a folder beside this one."""
        if isinstance(self.path, Path):
            return Output(self.format, self.path.with_name(folder) / name)
        return Output(self.format, f"{str(self.path).rpartition('/')[0]}/{folder}/{name}")


class OutputType(click.ParamType[Output]):
    """`FORMAT:PATH`: `-` is stdout, `s3://` an object of S3, and what ends with `/` a directory."""

    name = "FORMAT:PATH"

    def convert(self, value: str | Output, param: click.Parameter | None, ctx: click.Context | None) -> Output:
        """The format, if it is known, and the path."""
        if isinstance(value, Output):
            return value
        name, colon, path = value.partition(":")
        if not colon or not path:
            self.fail(f"{value!r} is not FORMAT:PATH, as json:report.json or sarif:- are", param, ctx)
        return Output(FORMAT.convert(name, param, ctx), _place(path), path.endswith("/"))


def _place(path: str) -> Path | str | None:
    if path == "-":
        return None
    return path if path.startswith("s3://") else Path(path)


OUTPUT = OutputType()


def chosen(format_: str | None, outputs: Sequence[Output], snapshot: Path | None = None) -> tuple[Output, ...]:
    """The outputs, with one for stdout.

    Raises:
        click.UsageError: two reports, or one and the snapshot, would go to one place.
    """
    on_stdout = sum(output.path is None for output in outputs)
    if on_stdout + (format_ is not None) > 1:
        raise click.UsageError("stdout holds one report: give either --format or one -o FORMAT:-")
    places = (*(output.path for output in outputs), snapshot)
    paths = [path.resolve() if isinstance(path, Path) else path for path in places if path]
    if twice := next((path for path in paths if paths.count(path) > 1), None):
        raise click.UsageError(f"two files would be written to {twice}")
    return tuple(outputs) if on_stdout else (Output(format_ or "text", None), *outputs)


def check_output(output: Output, profile: str | None) -> None:
    """Finds out before a long scan that a report could not be written after it; `profile`: of the AWS configuration.

    Raises:
        ReportError: it could not.
    """
    if isinstance(output.path, Path):
        check_writable(output.path)
    elif output.path is not None:
        from bedaudit.aws.objects import check_object

        check_object(output.path, profile)


def write_output(output: Output, pieces: Iterable[str], profile: str | None) -> None:
    """Writes a whole report.

    Raises:
        ReportError: it cannot be written; what was there is left.
    """
    if output.path is None:
        terminal.write_pieces(pieces)
    elif isinstance(output.path, Path):
        write_file(output.path, pieces)
    else:
        from bedaudit.aws.objects import write_object

        write_object(output.path, pieces, profile)


def write_beside(output: Output, folder: str, files: Iterable[tuple[str, Iterable[str]]], profile: str | None) -> None:
    """Writes the pages that a report has beside it, into a folder that is made for the first one.

    Pages that an earlier report left in it are removed from a disk, and stay in S3, where to write is not to delete.

    Raises:
        ReportError: one of them cannot be written or removed.
    """
    written = set[str]()
    for name, pieces in files:
        further = output.beside(folder, name)
        if isinstance(further.path, Path):
            _make(further.path.parent)
        write_output(further, pieces, profile)
        written.add(name)
    if isinstance(output.path, Path) and folder:
        _tidy(output.path.with_name(folder), written)


def _make(folder: Path) -> None:
    try:
        folder.mkdir(exist_ok=True)
    except OSError as error:
        raise ReportError(f"{folder}: cannot be made: {error.strerror}") from error


def _tidy(folder: Path, written: Collection[str]) -> None:
    """Removes the pages in a folder that bedaudit wrote, and not this time; then the folder, if it is empty."""
    left = [page for page in folder.glob("*.html") if page.name not in written and _is_page(page)]
    try:
        for page in left:
            page.unlink()
        if left and not any(folder.iterdir()):
            folder.rmdir()
    except OSError as error:
        raise ReportError(f"{error.filename}: cannot be removed: {error.strerror}") from error


def _is_page(file: Path) -> bool:
    """Whether a file is a page that bedaudit wrote for an account, by its name and what stands in it."""
    if not re.fullmatch(r"[0-9a-f]{12}", file.stem) or file.is_symlink() or not file.is_file():
        return False
    with file.open("rb") as opened:
        return b'<meta name="generator" content="bedaudit">' in opened.read(_HEAD)


def check_writable(path: Path, *, device: bool = True) -> None:
    """Finds out before a long scan that a file could not be written after it; `device`: or a pipe or device.

    Raises:
        ReportError: it could not.
    """
    folder = path.parent
    if not folder.is_dir():
        raise ReportError(f"{path}: cannot be written: there is no directory {folder}")
    if path.is_dir():
        raise ReportError(f"{path}: cannot be written: it is a directory")
    if _special(path) and not device:
        raise ReportError(f"{path}: cannot be written: it is not a file, and would be replaced by one")
    if not os.access(path if _special(path) else folder, os.W_OK):
        raise ReportError(f"{path}: cannot be written: permission denied")


def write_file(path: Path, pieces: Iterable[str], mode: int = 0o666) -> None:
    """Writes a whole file, or leaves what was there; `mode`, less the umask, is that of a new file.

    Raises:
        ReportError: it cannot be written.
    """
    end = path.resolve()
    place = end if _special(end) else end.with_name(f".{end.name}.{os.getpid()}.tmp")
    try:
        with open(place, "w", encoding="utf-8", newline="", opener=partial(os.open, mode=mode)) as file:
            file.writelines(pieces)
        if place != end:
            place.replace(end)
    except OSError as error:
        raise ReportError(f"{path}: cannot be written: {error.strerror}") from error
    finally:
        if place != end:
            place.unlink(missing_ok=True)


def _special(path: Path) -> bool:
    """Whether a path is a pipe or a device, which cannot be replaced."""
    return path.exists() and not path.is_file()
