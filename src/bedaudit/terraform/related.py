"""By what in a plan Bedrock is observed: what speaks of Bedrock, what that refers to, and what is part of those."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Any, Final

from bedaudit.documents import alarm_rule
from bedaudit.terraform.managed import REFERRING
from bedaudit.terraform.names import Place

_IDENTITIES: Final = ("arn", "id", "name", "bucket", "alarm_name", "key_id", "guardrail_arn")
_ATTACHED: Final = (
    "aws_bedrock_guardrail_version",
    "aws_cloudwatch_composite_alarm",
    "aws_cloudwatch_log_data_protection_policy",
    "aws_cloudwatch_log_metric_filter",
    "aws_cloudwatch_log_subscription_filter",
    "aws_iam_role_policy",
    "aws_iam_role_policy_attachment",
    "aws_kms_key_policy",
    "aws_s3_bucket_",
    "aws_sns_topic_policy",
    "aws_sns_topic_subscription",
)
"""How the types begin of what is of no use but to the resource that it names."""
_GLOBAL: Final = ("aws_iam_", "aws_s3_")
"""How the types begin of what is called by its name from every region."""


@dataclass(frozen=True, slots=True)
class Known:
    """A resource as it is before a plan is applied."""

    address: str
    type: str
    place: Place
    values: Mapping[str, Any]

    @property
    def of_bedrock(self) -> bool:
        """Whether anything in it speaks of Bedrock."""
        return speaks_of_bedrock(self.type, self.values)

    @property
    def identities(self) -> AbstractSet[tuple[str, str]]:
        """What others may refer to it by, and from where."""
        return {(self._whence(text), text) for name in _IDENTITIES if isinstance(text := self.values.get(name), str)}

    @property
    def references(self) -> AbstractSet[tuple[str, str]]:
        """What it refers to, by names that are of its own region or of none."""
        named = {text for text in (*_texts(self.values), *_alarms(self.values)) if text}
        return {(region, text.removesuffix(":*")) for text in named for region in ("", self.place.region)}

    def _whence(self, text: str) -> str:
        return "" if text.startswith("arn:") or self.type.startswith(_GLOBAL) else self.place.region


def speaks_of_bedrock(type_: str, values: Mapping[str, Any]) -> bool:
    """Whether a resource says anywhere that it is about Bedrock."""
    return "bedrock" in type_ or "bedrock" in json.dumps(values).lower()


def observing(resources: Iterable[Known]) -> AbstractSet[str]:
    """The addresses of the resources by which Bedrock is observed."""
    left = list(resources)
    new = [each for each in left if each.of_bedrock]
    found = set[str]()
    while new:
        found |= {each.address for each in new}
        left = [each for each in left if each.address not in found]
        referred = {name for each in new for name in each.references}
        owned = {name for each in new for name in each.identities}
        new = [each for each in left if each.identities & referred or (_is_attached(each) and each.references & owned)]
    return found


def _is_attached(one: Known) -> bool:
    return one.type.startswith(_ATTACHED)


def _texts(value: Any) -> Iterator[str]:
    """Those of attributes that name another resource."""
    match value:
        case Mapping():
            for name, inner in value.items():
                yield from _listed(inner) if name in REFERRING else _texts(inner)
        case list():
            for inner in value:
                yield from _texts(inner)


def _listed(value: Any) -> Iterator[str]:
    yield from (text for text in (value if isinstance(value, list) else [value]) if isinstance(text, str))


def _alarms(values: Mapping[str, Any]) -> Iterator[str]:
    """Those that a composite alarm is made of."""
    text = values.get("alarm_rule")
    rule = alarm_rule.parse(text) if isinstance(text, str) else None
    yield from alarm_rule.names(rule) if rule else ()
