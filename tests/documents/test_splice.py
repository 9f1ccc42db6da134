from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bedaudit.documents.splice import with_elements
from bedaudit.documents.statements import loaded

JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False, allow_infinity=False), st.text()),
    lambda inside: st.one_of(st.lists(inside), st.dictionaries(st.text(), inside)),
    max_leaves=6,
)
ODD = r'[1e3, 1.0, 1.10, 12345678901234567890123, "\u00e9\/\ud800"]'
ADDED = {"type": "text", "y": 1.0}


@pytest.mark.parametrize(
    ("text", "after"),
    [
        ('{"a": []}', '{"a": [{"type":"text","y":1.0}]}'),
        ('{"a": [ ]}', '{"a": [{"type":"text","y":1.0} ]}'),
        ('{"a": [1]}', '{"a": [1,{"type":"text","y":1.0}]}'),
        ('{"a" : {"b": "]"} }', '{"a" : [{"b": "]"},{"type":"text","y":1.0}] }'),
        (
            f' {{"n": {ODD},\n  "a"\t:[\n  {{"a": []}}\n ], "z": {{"a": []}}}}',
            f' {{"n": {ODD},\n  "a"\t:[\n  {{"a": []}},{{"type":"text","y":1.0}}\n ], "z": {{"a": []}}}}',
        ),
    ],
)
def test_every_other_character_stays(text: str, after: str) -> None:
    assert with_elements(text, "a", [ADDED]) == after
    assert json.loads(after)["a"][-1] == ADDED


@given(JSON, JSON, JSON)
def test_what_is_added_is_all_that_changes(first: object, there: object, last: object) -> None:
    members = {"first": first, "a": [there], "last": last}
    for indent in (None, 2):
        text = json.dumps(members, indent=indent)
        assert json.loads(with_elements(text, "a", [1, "x"])) == {**members, "a": [there, 1, "x"]}


def test_what_has_no_such_list_is_refused() -> None:
    with pytest.raises(ValueError, match="Expecting"):
        with_elements('{"b": []}', "a", [1])


@pytest.mark.parametrize(
    "text", ['{"a": 1, "a": 2}', '{"a": {"b": 1, "b": 1}}', '{"a": 1e999}', '{"a": NaN}', "[]", "{"]
)
def test_what_could_not_be_written_again_without_a_loss_is_not_understood(text: str) -> None:
    assert loaded(text) is None
