"""The rules of composite alarms."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bedaudit.documents.alarm_rule import (
    AtLeast,
    Constant,
    In,
    Join,
    Not,
    Rule,
    fired_by,
    holds,
    name_of,
    names,
    parse,
)

A, B, C = (In("ALARM", name) for name in "abc")


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("ALARM(a)", A),
        ('ALARM("a")', A),
        (" alarm ( a ) ", A),
        ("ALARM(arn:aws:cloudwatch:us-east-1:111122223333:alarm:a)", A),
        ('ALARM("arn:aws:cloudwatch:us-east-1:111122223333:alarm:x:y")', In("ALARM", "x:y")),
        ('ALARM("with (brackets)")', In("ALARM", "with (brackets)")),
        ('ALARM("with \\"quotes\\"")', In("ALARM", 'with "quotes"')),
        ("ALARM(with spaces)", In("ALARM", "with spaces")),
        ("OK(a)", In("OK", "a")),
        ("INSUFFICIENT_DATA(a)", In("INSUFFICIENT_DATA", "a")),
        ("TRUE", Constant(True)),
        ("FALSE", Constant(False)),
        ("ALARM(a) OR ALARM(b) AND ALARM(c)", Join("OR", (A, Join("AND", (B, C))))),
        ("(ALARM(a) OR ALARM(b)) AND NOT ALARM(c)", Join("AND", (Join("OR", (A, B)), Not(C)))),
        ("NOT NOT ALARM(a)", A),
        ("NOT (ALARM(a))", Not(A)),
        ("AT_LEAST(2, ALARM, (a, b, c))", AtLeast(2, (A, B, C))),
        ('AT_LEAST(50%, ALARM, ("a", b, c))', AtLeast(2, (A, B, C))),
        ("AT_LEAST(1, NOT OK, (a))", AtLeast(1, (Not(In("OK", "a")),))),
        ("", None),
        ("ALARM(a", None),
        ("ALARM(a) ALARM(b)", None),
        ("ALARM(a) AND", None),
        ("(ALARM(a)", None),
        ("ALARM(a))", None),
        ("NOT", None),
        ("SOMETIMES(a)", None),
        ("(" * 300 + "TRUE" + ")" * 300, None),
    ],
)
def test_rules_are_read(text: str, rule: Rule | None) -> None:
    assert parse(text) == rule


@pytest.mark.parametrize(
    ("text", "fired"),
    [
        ("ALARM(a) AND NOT ALARM(b)", ("a",)),
        ("NOT OK(a) OR OK(b)", ("a",)),
        ("NOT (OK(a) AND NOT ALARM(b))", ("a", "b")),
        ("AT_LEAST(1, NOT OK, (a, b))", ("a", "b")),
        ("INSUFFICIENT_DATA(a)", ()),
        ("TRUE", ()),
    ],
)
def test_what_fires_a_rule(text: str, fired: tuple[str, ...]) -> None:
    rule = parse(text)
    assert rule is not None
    assert fired_by(rule) == fired


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("ALARM(yes) AND ALARM(yes)", True),
        ("ALARM(yes) AND ALARM(maybe)", None),
        ("ALARM(no) AND ALARM(maybe)", False),
        ("ALARM(yes) OR ALARM(maybe)", True),
        ("ALARM(no) OR ALARM(maybe)", None),
        ("NOT ALARM(maybe)", None),
        ("NOT ALARM(no)", True),
        ("AT_LEAST(2, ALARM, (yes, no, maybe))", None),
        ("AT_LEAST(3, ALARM, (yes, no, maybe))", False),
        ("AT_LEAST(1, ALARM, (yes, no, maybe))", True),
        ("TRUE", True),
    ],
)
def test_rules_have_three_values(text: str, value: bool | None) -> None:
    rule = parse(text)
    assert rule is not None
    assert holds(rule, lambda one: {"yes": True, "no": False}.get(one.name)) is value


def test_names_and_arns_mean_the_same() -> None:
    assert name_of("arn:aws:cloudwatch:us-east-1:111122223333:alarm:a:b") == "a:b"
    assert name_of("plain") == "plain"
    assert name_of("arn:aws:sns:us-east-1:111122223333:topic") == "arn:aws:sns:us-east-1:111122223333:topic"


@given(st.text() | st.text(alphabet='ALRMOKNDT_(),"\\ %12a'))
def test_no_text_breaks_it(text: str) -> None:
    rule = parse(text)
    assert rule is None or set(fired_by(rule)) <= set(names(rule))


def test_the_longest_rule_is_read_quickly() -> None:
    assert parse("ALARM(" + " " * 10_000) is None
    assert parse("ALARM(" + '"\\' * 5_000) is None
