"""Pages of `docs/` that are generated say what the code says now; `make docs` renews them."""

from __future__ import annotations

import re

import click
import pytest

from bedaudit.cli.root import root
from tests.docs import DOCS, PAGES, PICTURES, digest
from tests.docs_options import commands, options, prose, variable

COMMANDS = list(commands())


@pytest.mark.parametrize("name", PAGES)
def test_a_generated_page_is_current(name: str) -> None:
    assert (DOCS / name).read_text(encoding="utf-8") == "".join(PAGES[name]())


@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_is_of_the_demo_as_it_is_now(name: str) -> None:
    shown, _ = PICTURES[name]
    assert (DOCS / f"{name}.sha256").read_text(encoding="utf-8") == digest(shown())


def test_pictures_are_what_their_names_say_and_load_nothing() -> None:
    assert (DOCS / "report.png").read_bytes().startswith(b"\x89PNG")
    drawn = (DOCS / "terminal.svg").read_text(encoding="utf-8")
    assert "critical" in drawn
    assert re.findall(r"url\([^#)]*\)|https?://(?!www\.w3\.org|www\.textualize\.io)[^\"]*", drawn) == []


@pytest.mark.parametrize(("path", "command"), COMMANDS, ids=[" ".join(path) for path, _ in COMMANDS])
def test_an_option_is_given_by_the_variable_that_its_page_names(
    monkeypatch: pytest.MonkeyPatch, path: tuple[str, ...], command: click.Command
) -> None:
    context = root.make_context("bedaudit", [], resilient_parsing=True)
    for name in path:
        assert isinstance(context.command, click.Group)
        context = click.Context(context.command.commands[name], parent=context, info_name=name)
    for option in options(command):
        if named := variable(option, path):
            monkeypatch.setenv(named, "given")
            assert option.resolve_envvar_value(context) == "given", named


def test_prose_of_policies_is_no_markup() -> None:
    assert prose("Keep <b> _a_b_* [x] | `a*b` `c") == r"Keep \<b\> \_a_b\_\* \[x\] \| `a*b` \`c"
