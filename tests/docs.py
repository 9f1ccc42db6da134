"""The pages and the pictures in `docs/` that say what the code knows: `make docs` writes them anew."""

from __future__ import annotations

import hashlib
import io
import json
import re
import shutil
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from itertools import takewhile
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from rich.console import Console
from rich.text import Text

from bedaudit.cli.kinds import _sentence, _tree, scope_of, type_of
from bedaudit.kinds import kinds
from bedaudit.policy.builtin import builtin_policies
from bedaudit.policy.load import load
from bedaudit.policy.model import Control
from bedaudit.report import REPORTERS, Options
from bedaudit.report.mending import mending
from bedaudit.report.reading import read_report
from bedaudit.state import shape_of
from bedaudit.terraform import deletions
from tests.cli.run import bedaudit
from tests.docs_options import options_page, prose

DOCS: Final = Path(__file__).parents[1] / "docs"
WHEN: Final = "2026-11-28T06:00:00Z"
WIDTH: Final = 1200


def kinds_page() -> Iterator[str]:
    yield "# Kinds\n\nWhat a policy can name. A type with `?` may be missing: AWS says that it is not set.\n"
    for kind in kinds().values():
        yield f"\n## `{kind.name}`\n\n{kind.doc} Scope: {scope_of(kind)}.\n\n"
        yield "| field | type | meaning |\n|---|---|---|\n"
        path: list[str] = []
        for depth, name, field in _tree(shape_of(kind.state), 0):
            path[depth:] = [name]
            yield f"| `{'.'.join(path)}` | {type_of(field)} | {prose(_sentence(field))} |\n"


def controls_page() -> Iterator[str]:
    yield "# Controls\n\nEvery control of the shipped policies, why it is there, and how it is mended.\n"
    for name in sorted(builtin_policies()):
        (policy,) = load([f"builtin:{name}"])
        yield f"\n## `builtin:{name}`\n\n{prose(policy.description)}\n"
        for control in policy.controls:
            yield from _control(control)
    yield "\n## Of Terraform plans\n\nJudged wherever `bedaudit scan --terraform-plan` is, besides the policies.\n"
    yield f"\n### `{deletions.CONTROL}`\n\n**{deletions.TITLE}.** {deletions.SEVERITY}.\n"
    yield f"\n{deletions.WHY}\n\n* {deletions.READS}\n* {deletions.MENDED}\n"


def _control(control: Control) -> Iterator[str]:
    yield f"\n### `{control.id}`\n\n**{prose(control.title)}.** "
    yield f"{control.severity}, `{control.kind}`.\n"
    yield f"\n{prose(control.why)}\n"
    for framework, ids in control.frameworks.items():
        yield f"\n* {prose(framework)}: {prose(', '.join(ids))}"
    for reference in control.references:
        yield f"\n* <{reference}>"
    yield "\n\n"
    for line in takewhile(lambda line: line != "With:", mending(control)):
        depth = len(line) - len(line.lstrip())
        yield f"{'  ' * (depth // 2)}* {prose(line.lstrip())}\n"


PAGES: Final[Mapping[str, Callable[[], Iterator[str]]]] = {
    "kinds.md": kinds_page,
    "controls.md": controls_page,
    "options.md": options_page,
}


@cache
def demo() -> str:
    """The JSON report of `bedaudit demo`, with the same name and times whenever it runs."""
    with TemporaryDirectory() as folder:
        text = bedaudit("demo", "--format", "json", at=Path(folder)).out
    scan = json.loads(text)["scan"]
    for once, always in ((scan["id"], "demo"), (scan["started_at"], WHEN), (scan["finished_at"], WHEN)):
        text = text.replace(once, always)
    return text


@cache
def report_page() -> str:
    """The demo's HTML report."""
    with TemporaryDirectory() as folder:
        (Path(folder) / "demo.json").write_text(demo(), encoding="utf-8")
        return bedaudit("report", "demo.json", "--format", "html", at=Path(folder)).out


def report_shown() -> str:
    """Of the page, what the picture shows: how it looks, and what stands above the findings."""
    page = report_page()
    return page[page.index("<style>") : page.index('<section aria-labelledby="findings">')]


@cache
def terminal_lines() -> list[str]:
    """The head of the demo's text report, and the two worst sites."""
    with TemporaryDirectory() as folder:
        file = Path(folder) / "demo.json"
        file.write_text(demo(), encoding="utf-8")
        lines = "".join(REPORTERS["text"](read_report(file, kinds()), Options(colour=True, width=80))).splitlines()
    ends = [number for number, line in enumerate(lines) if set(Text.from_ansi(line).plain) == {"-"}]
    return lines[: ends[2]]


def terminal_shown() -> str:
    """Their words, however they are laid out, but for the version and the calls that were made this time."""
    return " ".join(Text.from_ansi("\n".join(terminal_lines()[1:])).plain.split())


def draw_report(picture: Path) -> None:
    """The page down to the end of the grid."""
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 - needs a browser

    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        shown = browser.new_page(viewport={"width": WIDTH, "height": 900})
        shown.set_content(report_page())
        grid = shown.locator("section:has(.grid)").bounding_box()
        assert grid is not None
        whole = {"x": 0, "y": 0, "width": WIDTH, "height": int(grid["y"] + grid["height"]) + 16}
        shown.screenshot(path=picture, full_page=True, clip=whole)  # type: ignore[arg-type]
        browser.close()


def draw_terminal(picture: Path) -> None:
    """The lines as a terminal shows them, in fonts that a reader has."""
    console = Console(record=True, width=80, file=io.StringIO(), force_terminal=True)
    console.print(Text.from_ansi("\n".join(terminal_lines())))
    svg = console.export_svg(title="bedaudit demo", unique_id="bedaudit")
    svg = re.sub(r"@font-face \{.*?\}\s*", "", svg, flags=re.DOTALL)
    picture.write_text(svg.replace("Fira Code", "ui-monospace, Menlo, Consolas"), encoding="utf-8")


PICTURES: Final[Mapping[str, tuple[Callable[[], str], Callable[[Path], None]]]] = {
    "report.png": (report_shown, draw_report),
    "terminal.svg": (terminal_shown, draw_terminal),
}
"""What each picture shows, and who draws it: its own bytes differ from one browser or library to the next."""


def digest(text: str) -> str:
    """What is kept beside a picture to tell whether it is current."""
    return f"{hashlib.sha256(text.encode()).hexdigest()}\n"


if __name__ == "__main__":
    for name, (shown, draw) in PICTURES.items():
        draw(DOCS / name)
        (DOCS / f"{name}.sha256").write_text(digest(shown()), encoding="utf-8")
    for name, page in PAGES.items():
        (DOCS / name).write_text("".join(page()), encoding="utf-8")
