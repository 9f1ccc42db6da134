"""`bedaudit kinds`: what policies can speak of."""

from __future__ import annotations

from pathlib import Path

import pytest

from bedaudit.kinds import kinds
from bedaudit.state import Group, ListOf, shape_of
from tests.cli.run import bedaudit


def names(group: Group) -> set[str]:
    inner = {
        name: field.shape.item if isinstance(field.shape, ListOf) else field.shape
        for name, field in group.fields.items()
    }
    return set(inner) | {name for shape in inner.values() if isinstance(shape, Group) for name in names(shape)}


def test_kinds_are_listed_with_a_sentence_each(tmp_path: Path) -> None:
    ran = bedaudit("kinds", at=tmp_path)
    assert (ran.code, ran.err) == (0, "")
    assert [line.split()[0] for line in ran.out.splitlines() if line[:1].isalpha()] == list(kinds())


@pytest.mark.parametrize("kind", kinds())
def test_every_field_of_a_kind_is_shown_within_80_columns(tmp_path: Path, kind: str) -> None:
    ran = bedaudit("kinds", kind, at=tmp_path)
    assert (ran.code, ran.err) == (0, "")
    assert max(map(len, ran.out.splitlines())) <= 80
    assert "…" not in ran.out
    first = {line.split()[0] for line in ran.out.splitlines() if line.strip()}
    assert names(shape_of(kinds()[kind].state)) - first == set()


def test_kinds_as_json_describe_their_fields(tmp_path: Path) -> None:
    described = bedaudit("kinds", "alarm", "--format", "json", at=tmp_path).json
    assert described["fields"]["state_age"] == {
        "type": "number",
        "unit": "hours",
        "optional": True,
        "description": "Hours since it went into that state.",
    }
    assert described["fields"]["watches"]["list"] is True
    every = bedaudit("kinds", at=tmp_path, env={"BEDAUDIT_KINDS_FORMAT": "json"}).json
    assert [each["kind"] for each in every] == list(kinds())
