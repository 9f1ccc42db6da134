from __future__ import annotations

from typing import Any

import pytest

from bedaudit.model import Site
from bedaudit.policy import bind as binding
from bedaudit.policy.bind import bind, bind_condition, bind_each, fill, names, site_values
from bedaudit.policy.conditions import holds
from bedaudit.policy.model import Combination, Fix, Template
from bedaudit.policy.model import Test as Term
from tests.judging import condition, control

VALUES = {"days": 365, "names": ["a", "b"], "on": True, "glob": "a*[b]", "each": "m.1", "money": "${days}"}


@pytest.mark.parametrize(
    ("text", "filled"),
    [
        ("${days}", 365),
        ("${names}", ("a", "b")),
        ("${on}", True),
        ("x-${days}-${on}", "x-365-true"),
        ("$${days}", "${days}"),
        ("$${days} ${days}", "${days} 365"),
        ("${money}", "${days}"),
        ("${later}", Template("${later}")),
        ("${days} ${later} $${x}", Template("365 ${later} $${x}")),
        ("${money} ${later}", Template("$${days} ${later}")),
        ("${", "${"),
    ],
)
def test_a_template_becomes(text: str, filled: Any) -> None:
    assert fill(Template(text), VALUES) == filled


def test_what_is_filled_in_twice_is_as_what_is_filled_in_once() -> None:
    template = Template("${money}/${days}/$${x}/${each}")
    earlier = {name: value for name, value in VALUES.items() if name != "each"}
    assert fill(fill(template, earlier), {"each": "m.1"}) == fill(template, VALUES) == "${days}/365/${x}/m.1"


def test_data_is_filled_at_any_depth() -> None:
    data = {"a": [Template("${days}"), {"b": (Template("${each}"), 5)}]}
    assert fill(data, VALUES) == {"a": [365, {"b": ("m.1", 5)}]}


@pytest.mark.parametrize(
    ("word", "argument", "bound"),
    [
        ("like", "${glob}", "a[*][[]b]"),
        ("like", "x*${glob}", "x*a[*][[]b]"),
        ("matches", "${each}", "m\\.1"),
        ("equals", "${glob}", "a*[b]"),
    ],
)
def test_what_is_put_into_patterns_is_escaped(word: str, argument: str, bound: str) -> None:
    assert bind_condition(Term(("name",), word, Template(argument)), VALUES) == Term(("name",), word, bound)


def test_a_condition_is_filled_at_any_depth() -> None:
    written = condition(
        {
            "any": [{"size": {"at_least": "${days}"}}],
            "actions": {"any": {"arn": {"one_of": ["*", "${each}"]}}, "count": {"at_least": "${days}"}},
        }
    )
    bound = condition(
        {
            "any": [{"size": {"at_least": 365}}],
            "actions": {"any": {"arn": {"one_of": ["*", "m.1"]}}, "count": {"at_least": 365}},
        }
    )
    assert bind_condition(written, VALUES) == bound


def test_a_control_is_filled_everywhere() -> None:
    open_one = control(
        "require",
        {"size": "${days}"},
        where={"name": "${each}"},
        when={"usage.in_use": "${on}"},
        fix=Fix({"size": Template("${days}")}, {"Topic": Template("${topic}")}),
    )
    bound = control(
        "require",
        {"size": 365},
        where={"name": "m.1"},
        when={"usage.in_use": True},
        fix=Fix({"size": 365}, {"Topic": Template("${topic}")}),
    )
    assert bind(open_one, VALUES) == bound


def test_a_control_without_templates_is_the_same_object() -> None:
    plain = control("require", {"size": 5})
    assert bind(plain, VALUES) is plain


def test_an_escaped_text_is_not_taken_for_a_pattern() -> None:
    bound = bind_condition(condition({"name": {"like": "${glob}"}}), VALUES)
    assert holds(bound, {"name": "a*[b]"}) is True
    assert holds(bound, {"name": "axb"}) is False


def test_the_names_that_a_control_mentions() -> None:
    mentions = control("forbid", {"name": "${a} ${b} $${c}"}, fix=Fix({"x": [Template("${d}")]}, None))
    assert list(names(mentions)) == ["a", "b", "d"]
    assert list(names(Combination("all", ()))) == []


def test_what_a_template_may_say_of_a_site() -> None:
    values = site_values(Site("111122223333", "cn-north-1", "aws-cn"))
    assert values == {"site.account": "111122223333", "site.region": "cn-north-1", "site.partition": "aws-cn"}


def test_equal_elements_have_the_very_same_control_as_long_as_it_is_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(binding, "_MOST", 2)
    each = control("require", {"name": Template("${each}")}, for_each="usage.active_models")
    bound = [bind_each(each, name) for name in "aba"]
    assert bound[0] is bound[2]
    assert [holds(one.condition, {"name": "a"}) for one in bound] == [True, False, True]
    assert [bind_each(each, name).condition for name in "abc"] == [
        bind(each, {"each": name}).condition for name in "abc"
    ]
    assert len(binding._FOR_EACH) <= 2
