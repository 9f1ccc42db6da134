"""Members of replies that may hold secrets: only their hash leaves this room."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from bedaudit.documents.log_query import without_literals

Hide: TypeAlias = Callable[[str], str]


def digest(text: str) -> str:
    """Equal texts stay equal."""
    return f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"


def unless_arn(text: str) -> str:
    """An ARN names a resource and holds no secret; addresses, numbers and URLs with tokens do."""
    return text if text.startswith("arn:") else digest(text)


_LITERAL = re.compile(r"""'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|%[^%]+%""")


def literals(text: str) -> str:
    """A filter pattern keeps its fields and terms; the quoted texts and regular expressions that it looks for go."""
    return _LITERAL.sub(lambda found: f'"{digest(found.group()[1:-1])}"', text)


SECRETS: Mapping[tuple[str, str], Mapping[str, Hide]] = {
    ("sns", "ListSubscriptions"): {"Subscriptions.*.Endpoint": unless_arn},
    ("sns", "ListSubscriptionsByTopic"): {"Subscriptions.*.Endpoint": unless_arn},
    ("sns", "GetSubscriptionAttributes"): {"Attributes.Endpoint": unless_arn, "Attributes.FilterPolicy": digest},
    ("bedrock", "GetGuardrail"): {
        "topicPolicy.topics.*.name": digest,
        "topicPolicy.topics.*.definition": digest,
        "topicPolicy.topics.*.examples.*": digest,
        "wordPolicy.words.*.text": digest,
        "sensitiveInformationPolicy.regexes.*.name": digest,
        "sensitiveInformationPolicy.regexes.*.description": digest,
        "sensitiveInformationPolicy.regexes.*.pattern": digest,
        "blockedInputMessaging": digest,
        "blockedOutputsMessaging": digest,
    },
    ("logs", "DescribeQueryDefinitions"): {
        "queryDefinitions.*.queryString": without_literals,
        "queryDefinitions.*.parameters.*.defaultValue": digest,
    },
    ("logs", "DescribeMetricFilters"): {"metricFilters.*.filterPattern": literals},
    ("logs", "DescribeSubscriptionFilters"): {"subscriptionFilters.*.filterPattern": literals},
    ("lambda", "GetFunctionConfiguration"): {"Environment.Variables.*": digest},
    ("lambda", "GetFunction"): {"Configuration.Environment.Variables.*": digest, "Code.Location": digest},
}
"""By operation, the paths of members, `*` standing for every element of a list and every value of a map."""


def redact(service: str, operation: str, reply: dict[str, Any]) -> dict[str, Any]:
    """The reply itself, changed in place."""
    for path, hide in SECRETS.get((service, operation), {}).items():
        _hide(reply, path.split("."), hide)
    return reply


def _hide(within: Any, path: list[str], hide: Hide) -> None:
    head, rest = path[0], path[1:]
    for key in _keys(within, head):
        value = within[key]
        if rest:
            _hide(value, rest, hide)
        elif isinstance(value, str):
            within[key] = hide(value)


def _keys(within: Any, head: str) -> list[Any]:
    if isinstance(within, list):
        return list(range(len(within))) if head == "*" else []
    if not isinstance(within, dict):
        return []
    return list(within) if head == "*" else [head] * (head in within)
