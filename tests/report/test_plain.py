from __future__ import annotations

import json
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bedaudit.report.plain import ascii_json, harmless, markdown, markdown_code


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("arn:aws:s3:::bucket/key name", "arn:aws:s3:::bucket/key name"),
        ("größe 汉字 é", "größe 汉字 é"),
        ("a\nb\r\nc\td", "a b  c d"),
        ("\x1b[31m", "\\x1b[31m"),
        ("\x00\x7f\x9b", "\\x00\\x7f\\x9b"),
        ("\u202e\u200f\ufeff", "\\u202e\\u200f\\ufeff"),
        ("\U000e0041", "\\U000e0041"),
        ("\ud800", "\\ud800"),
        ("a\x85b\u2028c", "a b c"),
        ("##[error]", "# #[error]"),
    ],
)
def test_what_acts_is_spelled_out(text: str, shown: str) -> None:
    assert harmless(text) == shown


@given(st.text())
@settings(deadline=None)
def test_nothing_that_acts_is_left(text: str) -> None:
    shown = harmless(text)
    assert not {unicodedata.category(each) for each in shown} & {"Cc", "Cf", "Cs", "Zl", "Zp"}
    assert "##[" not in shown
    assert harmless(shown) == shown


@given(st.text())
@settings(deadline=None)
def test_json_is_ascii_and_loses_nothing(text: str) -> None:
    printed = ascii_json({text: [text]})
    assert printed.isascii()
    assert printed.isprintable()
    assert "##[" not in printed
    assert json.loads(printed) == {text: [text]}


def test_json_has_no_numbers_that_json_does_not_know() -> None:
    with pytest.raises(ValueError, match="not JSON compliant"):
        ascii_json(float("nan"))


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain words, and a colon: yes.", "plain words, and a colon: yes."),
        ("**b** _i_ `c`", "\\*\\*b\\*\\* \\_i\\_ \\`c\\`"),
        ("[x](y)", "\\[x\\]\\(y\\)"),
        ("<b> & &lt;", "&lt;b\\> &amp; &amp;lt;"),
        ("a | b\n# c", "a \\| b \\# c"),
        ("\\", "\\\\"),
        ("@octocat", "\\@&#8203;octocat"),
        ("owner/repo#1 GH-2", "owner/repo\\#&#8203;1 GH&#8203;\\-2"),
        ("https://a.b www.a.b", "https:&#8203;//a.b www&#8203;.a.b"),
        (":x: arn:aws:s3:::b", ":&#8203;x: arn:aws:s3:::b"),
    ],
)
def test_markdown_shows_text_as_it_is(text: str, shown: str) -> None:
    assert markdown(text) == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("arn:aws:s3:::b", "`arn:aws:s3:::b`"),
        ("a|b", "`a\\|b`"),
        ("a\\|b", "`a\\ \\|b`"),
        ("`a``b", "``` `a``b ```"),
        ("  a\nb ", "`a b`"),
        (" \t", ""),
    ],
)
def test_markdown_shows_code_as_it_is_in_a_table(text: str, shown: str) -> None:
    assert markdown_code(text) == shown
