from __future__ import annotations

import pytest

from bedaudit.documents.quota_name import Routing, is_of, routing_of

SONNET = "anthropic.claude-sonnet-4-5-20250929-v1:0"


@pytest.mark.parametrize(
    ("model", "routing"),
    [
        (SONNET, "on-demand"),
        (f"us.{SONNET}", "cross-region"),
        (f"apac.{SONNET}", "cross-region"),
        (f"us-gov.{SONNET}", "cross-region"),
        (f"global.{SONNET}", "global cross-region"),
        ("ai21.jamba-1-5-large-v1:0", "on-demand"),
    ],
)
def test_the_geography_of_an_id_says_how_calls_are_routed(model: str, routing: Routing) -> None:
    assert routing_of(model) == routing


@pytest.mark.parametrize(
    ("quota", "model"),
    [
        ("On-demand model inference tokens per minute for Anthropic Claude Sonnet 4.5 V1", SONNET),
        ("Cross-region model inference tokens per minute for Anthropic Claude Sonnet 4.5 V1", f"eu.{SONNET}"),
        ("Global cross-Region model inference tokens per minute for Anthropic Claude Sonnet 4.5", f"global.{SONNET}"),
        ("On-demand model inference tokens per minute for Amazon Nova Pro", "amazon.nova-pro-v1:0"),
        ("On-demand model inference tokens per minute for Amazon Nova Pro", "amazon.nova-pro-v1:0:24k"),
        (
            "On-demand model inference tokens per minute for Anthropic Claude 3.5 Sonnet V2",
            "anthropic.claude-3-5-sonnet-20241022-v2:0",
        ),
        (
            "On-demand model inference tokens per minute for Anthropic Claude 3.5 Sonnet",
            "anthropic.claude-3-5-sonnet-20240620-v1:0",
        ),
        (
            "On-demand model inference tokens per minute for Meta Llama 3.3 70B Instruct",
            "meta.llama3-3-70b-instruct-v1:0",
        ),
    ],
)
def test_a_quota_is_that_of_the_model_that_its_name_ends_with(quota: str, model: str) -> None:
    assert is_of(quota, model, routing_of(model))


@pytest.mark.parametrize(
    ("quota", "model"),
    [
        pytest.param(
            "Cross-region model inference tokens per minute for Anthropic Claude Sonnet 4.5 V1",
            SONNET,
            id="calls_that_are_routed_otherwise",
        ),
        pytest.param(
            "On-demand model inference tokens per minute for Anthropic Claude Sonnet 4 V1", SONNET, id="another_model"
        ),
        pytest.param(
            "On-demand model inference tokens per minute for Anthropic Claude 3.5 Sonnet",
            "anthropic.claude-3-5-sonnet-20241022-v2:0",
            id="another_version",
        ),
        pytest.param(
            "On-demand model inference tokens per minute for Anthropic Claude Sonnet 4.5 V1 1M Context Length",
            SONNET,
            id="another_context",
        ),
        pytest.param(
            "On-demand model inference requests per minute for Anthropic Claude Sonnet 4.5 V1", SONNET, id="requests"
        ),
        pytest.param("Guardrails per account", SONNET, id="no_quota_of_a_model"),
    ],
)
def test_no_quota_is_taken_for_another(quota: str, model: str) -> None:
    assert not is_of(quota, model, routing_of(model))
