"""The pages and the picture in `docs/` that say what the code knows: `make docs` writes them anew."""

from __future__ import annotations

import hashlib
import io
import shutil
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Final

from rich.console import Console
from rich.text import Text

from bedaudit.cli.kinds import _sentence, _tree, scope_of, type_of
from bedaudit.kinds import kinds
from bedaudit.policy.builtin import builtin_policies
from bedaudit.policy.load import load
from bedaudit.policy.model import Control
from bedaudit.report import REPORTERS, Options
from bedaudit.state import shape_of
from tests.docs_options import options_page, prose
from tests.report.sample import REPORT

DOCS: Final = Path(__file__).parents[1] / "docs"


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


def _control(control: Control) -> Iterator[str]:
    mended = "by `bedaudit fix`" if control.fix is not None and control.fix.safety != "manual" else "by hand"
    yield f"\n### `{control.id}`\n\n**{prose(control.title)}.** "
    yield f"{control.severity}, `{control.kind}`, mended {mended}.\n"
    yield f"\n{prose(control.why)}\n"
    for framework, ids in control.frameworks.items():
        yield f"\n* {prose(framework)}: {prose(', '.join(ids))}"
    for reference in control.references:
        yield f"\n* <{reference}>"
    yield "\n"


def terminal() -> Iterator[str]:
    """The text report of a fixed scan, as a terminal shows it."""
    text = "".join(REPORTERS["text"](REPORT, Options(colour=True, width=80)))
    console = Console(record=True, width=80, file=io.StringIO(), force_terminal=True)
    console.print(Text.from_ansi(text))
    yield console.export_svg(title="bedaudit scan", unique_id="bedaudit")


PAGES: Final[Mapping[str, Callable[[], Iterator[str]]]] = {
    "kinds.md": kinds_page,
    "controls.md": controls_page,
    "options.md": options_page,
    "terminal.svg": terminal,
}

PICTURE: Final = "report.png"


def report_page() -> str:
    """The HTML report that the picture shows."""
    return "".join(REPORTERS["html"](REPORT, Options()))


def digest(text: str) -> str:
    """What is kept beside a picture, whose own bytes differ from one browser to the next."""
    return f"{hashlib.sha256(text.encode()).hexdigest()}\n"


def write_picture() -> None:
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 - needs a browser

    page = report_page()
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        shown = browser.new_page(viewport={"width": 1200, "height": 900})
        shown.set_content(page)
        shown.screenshot(path=DOCS / PICTURE)
        browser.close()
    (DOCS / f"{PICTURE}.sha256").write_text(digest(page), encoding="utf-8")


if __name__ == "__main__":
    write_picture()
    for name, page in PAGES.items():
        (DOCS / name).write_text("".join(page()), encoding="utf-8")
