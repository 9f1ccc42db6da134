"""Log queries: their sources, and no secrets."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bedaudit.documents.log_query import log_groups, name_of, without_literals


@pytest.mark.parametrize(
    ("query", "groups"),
    [
        ("SOURCE '/aws/bedrock/a' | fields @message", ("/aws/bedrock/a",)),
        ("SOURCE '/a' | SOURCE \"/b\" | SOURCE `/a` | stats count()", ("/a", "/b")),
        ("source '/a'", ("/a",)),
        ("SOURCE 'arn:aws:logs:us-east-1:111122223333:log-group:/a:*' | fields x", ("/a",)),
        ("SOURCE logGroups(namePrefix: ['/aws/bedrock', 'x'], class: 'STANDARD') | fields x", ("/aws/bedrock*", "x*")),
        (
            "SOURCE logGroups(logGroupIdentifiers: ['arn:aws:logs:us-east-1:111122223333:log-group:/a']) | fields x",
            ("/a",),
        ),
        ("SOURCE logGroups() | fields x", ("*",)),
        ("SELECT `@message` FROM `/a` JOIN `/b` ON 1", ("/a", "/b")),
        ("fields @message", ()),
        ("", ()),
    ],
)
def test_sources_are_read(query: str, groups: tuple[str, ...]) -> None:
    assert log_groups(query) == groups


@pytest.mark.parametrize(
    ("before", "literal", "after"),
    [
        ("SOURCE '/a' | filter x like ", "'hush'", ""),
        ("filter x = ", '"hush"', " and y"),
        ("filter x like ", "/hu\\/sh/", " | stats count()"),
        ("stats count() ", "# hush", "\nfields x"),
        ("filter x like ", "'hush", ""),
        ("filter x like ", "'hush\\", ""),
        ("filter x like ", "'hush\\' SOURCE'", ""),
        ("filter x like ", "\"hush SOURCE 'y' | hush\"", " | stats count() by bin(5m)"),
        ("stats count() by bin(5m) | filter x = ", "''", ""),
    ],
)
def test_literals_are_replaced_by_their_hash(before: str, literal: str, after: str) -> None:
    digest = hashlib.sha256(literal.encode()).hexdigest()
    assert without_literals(before + literal + after) == f'{before}"sha256:{digest}"{after}'


def test_a_log_group_is_named_by_its_name_or_arn() -> None:
    assert name_of("arn:aws:logs:eu-west-1:111122223333:log-group:/a:*") == "/a"
    assert name_of("/a") == "/a"


@given(st.text(), st.sampled_from("'\""), st.text(alphabet="HUSH", min_size=4))
def test_no_text_breaks_it_and_no_literal_stays(text: str, quote: str, secret: str) -> None:
    assert isinstance(log_groups(text), tuple)
    assert secret not in without_literals(f"fields x | filter x = {quote}{secret}{quote}")
    assert isinstance(without_literals(text), str)
