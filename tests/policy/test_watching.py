from __future__ import annotations

from typing import Any

import pytest

from bedaudit.policy.watching import _is_met
from tests.judging import KINDS, control

EACH = control("exists", {"name": "${each}"}, for_each="usage.models")


@pytest.mark.parametrize(
    ("models", "met"), [(["a"], True), (["a", "b"], False), ([], True), ({"gap": {"reason": "denied"}}, False)]
)
def test_a_control_for_each_element_is_met_where_the_elements_are_known_and_each_is(models: Any, met: bool) -> None:
    assert _is_met(EACH, KINDS["thing"], "111122223333", {"usage": {"models": models}}, [{"name": "a"}]) is met
