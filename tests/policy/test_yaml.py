from __future__ import annotations

import json

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from bedaudit.errors import Problem
from bedaudit.model import Mark
from bedaudit.policy import yaml as ours
from bedaudit.policy.yaml import BROKEN, MAX_BYTES, Node, parse


@pytest.fixture(params=["CSafeLoader", "SafeLoader"])
def _loader(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ours, "_LOADER", getattr(yaml, request.param))


def value_of(text: str) -> object:
    node, problems = parse(text.encode(), "x.yaml")
    assert node
    assert problems == []
    return node.plain()


@pytest.mark.usefixtures("_loader")
@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("on", "on"), ("yes", "yes"), ("Off", "Off"), ("y", "y"),
        ("true", True), ("True", True), ("FALSE", False),
        ("null", None), ("~", None), ("", None), ("''", ""), ('"null"', "null"),
        ("12", 12), ("-3", -3), ("+4", 4), ("0", 0), ("0o17", 15), ("0x1F", 31), ("123456789012", 123456789012),
        ("1.10", 1.1), (".5", 0.5), ("1e3", 1000.0), ("-2.", -2.0),
        ("2027-03-31", "2027-03-31"), ("12:30:45", "12:30:45"), ("1_000", "1_000"), ("0b1", "0b1"), ("=", "="),
        ("'012'", "012"), ("|\n  a\n  b\n", "a\nb\n"), ("[a, 1]", ["a", 1]), ("{a: {b: c}}", {"a": {"b": "c"}}),
        ("'<<'", "<<"),
    ],
)  # fmt: skip
def test_scalars_follow_the_core_schema_of_yaml_1_2(written: str, value: object) -> None:
    assert value_of(f"k: {written}") == {"k": value}
    assert type(value_of(f"k: {written}")["k"]) is type(value)  # type: ignore[index]


@pytest.mark.usefixtures("_loader")
@pytest.mark.parametrize(
    ("text", "problems"),
    [
        ("a: 1\nb: 2\na: 3", ['3:1: duplicate key "a", first at 1:1']),
        ("1: a", ["1:1: a key must be text, not 1 (quote it)"]),
        ("~: a", ["1:1: a key must be text, not ~ (quote it)"]),
        ("?\n: a", ["1:2: a key must be text, not nothing (quote it)"]),
        ("[a]: b", ["1:1: a key must be text, not a list or mapping"]),
        ("? {a: b}\n: c", ["1:3: a key must be text, not a list or mapping"]),
        ("a: &x 1\nb: *x", [
            "1:4: anchors are not allowed: &x (write the value out where it is needed)",
            "2:4: aliases are not allowed: *x (write the value out)",
        ]),
        ("a: &x [*x]", [
            "1:4: anchors are not allowed: &x (write the value out where it is needed)",
            "1:8: aliases are not allowed: *x (write the value out)",
        ]),
        ("*x : 1", ["1:1: aliases are not allowed: *x (write the value out)"]),
        ("<<: {a: 1}", ["1:1: merge keys (<<) are not allowed (write the members out)"]),
        ("a: !!str 1", ["1:4: tags are not allowed: !!str (quote the value if it is text)"]),
        ("a: !x {b: 1}", ["1:4: tags are not allowed: !x (quote the value if it is text)"]),
        ("a: ! 1", ["1:4: tags are not allowed: ! (quote the value if it is text)"]),
        ("a: 012345670123", ["1:4: an integer with a leading zero is ambiguous: 012345670123 (quote account IDs)"]),
        ("a: 099999999999", ["1:4: an integer with a leading zero is ambiguous: 099999999999 (quote account IDs)"]),
        ("01: x", ["1:1: an integer with a leading zero is ambiguous: 01 (quote account IDs)"]),
        ("a: .inf", ["1:4: a number must be finite: .inf (quote it if it is text)"]),
        ("a: -.Inf", ["1:4: a number must be finite: -.Inf (quote it if it is text)"]),
        ("a: .nan", ["1:4: a number must be finite: .nan (quote it if it is text)"]),
        ("a: 1e999", ["1:4: a number this large cannot be held: 1e999 (quote it if it is text)"]),
        ("a: 9223372036854775808",
         ["1:4: a number this large cannot be held: 9223372036854775808 (quote it if it is text)"]),
        ("a: 0xFFFFFFFFFFFFFFFFF",
         ["1:4: a number this large cannot be held: 0xFFFFFFFFFFFFFFFFF (quote it if it is text)"]),
        ("a: " + "9" * 5000, [
            "1:4: a number this large cannot be held: " + "9" * 60 + "... (quote it if it is text)"]),
        ("a: 1\n---\nb: 2", ["2:1: a second document begins here (one document a file)"]),
        ("", ["1:1: the file is empty"]),
        ("# nothing", ["1:1: the file is empty"]),
        ("a: \x1b", ["1:4: the character U+001B is not allowed in YAML"]),
        ("a: x\nb\x00", ["2:2: the character U+0000 is not allowed in YAML"]),
        ('a: "\\0"', ["1:4: text must not hold NUL or half a surrogate pair"]),
        ("[" * 51, ["1:51: this is nested more than 50 deep"]),
        ("- " * 60, ["1:101: this is nested more than 50 deep"]),
        ("a: 1\na: &b 2\n", ['2:1: duplicate key "a", first at 1:1',
                            "2:4: anchors are not allowed: &b (write the value out where it is needed)"]),
    ],
)  # fmt: skip
def test_what_policies_must_not_use_is_told_with_its_place(text: str, problems: list[str]) -> None:
    found = parse(text.encode(), "x")[1]
    assert [str(problem) for problem in found] == [f"x:{problem}" for problem in problems]


@pytest.mark.usefixtures("_loader")
@pytest.mark.parametrize("text", ["a: [", "a: b: c", "\t", "a: 'x", "%YAML 3.0\n---\na", "- a\nb: c", "a: }", "@"])
def test_what_is_not_yaml_is_one_problem_and_no_document(text: str) -> None:
    node, (problem,) = parse(text.encode(), "x")
    assert node is None
    assert problem.message.startswith("this is not YAML: ")


@pytest.mark.usefixtures("_loader")
@pytest.mark.parametrize("escape", [r"\ud800", r"\UFFFFFFFF", r"\U00110000"])
def test_impossible_characters_are_problems(escape: str) -> None:
    node, problems = parse(f'a: "{escape}"'.encode(), "x")
    assert node is None or (isinstance(node.value, dict) and node.value["a"].value is BROKEN)
    assert len(problems) == 1


def test_bytes_that_are_not_utf_8_are_told_with_their_place() -> None:
    assert parse(b"a: 1\nb: \xff", "x") == (None, [Problem("x", 2, 4, "this is not UTF-8", "save the file as UTF-8")])


def test_a_byte_order_mark_is_passed_over() -> None:
    assert value_of("\ufeffa: 1") == {"a": 1}


def test_a_file_above_1_mb_is_refused_unread() -> None:
    node, (problem,) = parse(b"[" * (MAX_BYTES + 1), "x")
    assert node is None
    assert str(problem) == "x:1:1: the file is larger than 1 MB (split it; a directory is loaded as a whole)"


def test_nesting_50_deep_is_read() -> None:
    assert parse(b"[" * 50 + b"]" * 50, "x")[1] == []


def test_every_value_and_key_knows_its_place() -> None:
    node = parse(b"a: [1, 'b']\nc:\n  d: e  # comment\n\n\nf: {g: 1}\n", "x")[0]

    def mark(*numbers: int) -> Mark:
        return Mark("x", *numbers)

    assert node == Node(
        {
            "a": Node(
                [Node(1, mark(1, 5, 1, 6), text="1"), Node("b", mark(1, 8, 1, 11), text="b")],
                mark(1, 4, 1, 12),
                mark(1, 1, 1, 2),
            ),
            "c": Node({"d": Node("e", mark(3, 6, 3, 7), mark(3, 3, 3, 4), "e")}, mark(3, 3, 3, 7), mark(2, 1, 2, 2)),
            "f": Node({"g": Node(1, mark(6, 8, 6, 9), mark(6, 5, 6, 6), "1")}, mark(6, 4, 6, 10), mark(6, 1, 6, 2)),
        },
        mark(1, 1, 6, 10),
    )


@pytest.mark.usefixtures("_loader")
@pytest.mark.parametrize(
    ("text", "end"),
    [
        ("a: |\n  x\n  yy\n\n# c\nb: 1\n", (3, 5)),
        ("a: |\n  x\n  yy", (3, 5)),
        ("a: >-\n  x \n\n\n", (2, 4)),
        ("a: |\n", (1, 5)),
        ("a: |\n\nb: 1", (1, 5)),
        ("a: >\r\n    x\r\nb: 1", (2, 6)),
        ("b: 1\u2028a: |\u2028  x\u2028c: 1", (3, 4)),
    ],
)
def test_block_text_ends_with_its_last_letter(text: str, end: tuple[int, int]) -> None:
    node, problems = parse(text.encode(), "x")
    assert node
    assert isinstance(node.value, dict)
    mark = node.value["a"].mark
    assert (problems, (mark.end_line, mark.end_column)) == ([], end)


def test_what_could_not_be_read_is_nothing() -> None:
    node = parse(b"a: 01", "x")[0]
    assert node
    assert node.plain() == {"a": None}


@pytest.mark.usefixtures("_loader")
def test_bombs_and_brackets_without_end_are_refused_at_once() -> None:
    bomb = "a: &a [x]\n" + "".join(
        f"{b}: &{b} [{', '.join(['*' + a] * 9)}]\n" for a, b in zip("abcdefgh", "bcdefghi", strict=True)
    )
    for text in (bomb, "[" * 900_000, "{a: " * 200_000, "? " * 300_000):
        assert parse(text.encode(), "x")[1]


@given(st.binary())
def test_whatever_the_bytes_parsing_gives_problems_or_values(content: bytes) -> None:
    node, problems = parse(content, "x")
    assert node is not None or problems


plain_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**62), 2**62)
    | st.text()
    | st.floats(allow_nan=False, allow_infinity=False),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


@given(plain_values)
def test_what_is_written_as_json_is_read_back(value: object) -> None:
    node, problems = parse(json.dumps(value).encode(), "x")
    if not problems:
        assert node
        assert node.plain() == value


@given(st.text(alphabet="ab:-[]{}&*!|>'\"#%@`?,<>\n 01~.", max_size=80))
def test_whatever_the_punctuation_parsing_gives_problems_or_values(text: str) -> None:
    node, problems = parse(text.encode(), "x")
    assert node is not None or problems
