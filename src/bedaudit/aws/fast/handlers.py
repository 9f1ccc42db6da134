"""botocore's customisations of an operation, found once instead of in every call.

botocore emits a dozen events a call, to handlers that it looks up by name. Which of them an operation has does not
change, so it is asked once. An operation with a handler that is in neither table here is not sent fast.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from botocore.model import OperationModel

Handler: TypeAlias = Callable[..., Any]

_CALLED: Mapping[str, frozenset[str]] = {
    "before-parameter-build": frozenset(
        {
            "ParameterAlias.alias_parameter_in_call",
            "_handle_request_validation_mode_member",
            "generate_idempotent_uuid",
            "remove_accid_host_prefix_from_model",
            "remove_bucket_from_url_paths_from_model",
            "validate_bucket_name",
        }
    ),
    "before-call": frozenset(
        {"add_expect_header", "add_recursion_detection_header", "inject_api_version_header_if_needed"}
    ),
    "before-parse": frozenset({"_handle_200_error", "handle_expires_header", "refuse_what_is_no_reply"}),
    "after-call": frozenset({"json_decode_policies", "parse_get_bucket_location"}),
}
"""Handlers that are called at each call, as botocore does."""

_KNOWN: Mapping[str, frozenset[str]] = {
    "provide-client-params": frozenset(),
    "before-parameter-build": frozenset(
        {"ClientCreator._inject_s3_input_parameters", "S3RegionRedirectorv2.annotate_request_context"}
    ),
    "before-call": frozenset({"S3ExpressIdentityResolver.apply_signing_cache_key"}),
    "request-created": frozenset(
        {
            "MaxAttemptsSeeder.seed_max_attempts",
            "RequestSigner.handler",
            "UserAgentString.rebuild_and_replace_user_agent_handler",
            "add_retry_headers",
        }
    ),
    "before-sign": frozenset(
        {
            "S3ExpressIdentityResolver.resolve_s3express_identity",
            "_set_extra_headers_for_unsigned_request",
            "remove_arn_from_signing_path",
            "undo_host_prefix.<locals>.undo",
        }
    ),
    "before-send": frozenset(),
    "before-parse": frozenset(),
    "response-received": frozenset(),
    "needs-retry": frozenset(
        {"RetryHandler.needs_retry", "S3RegionRedirectorv2.redirect_from_error", "_update_status_code"}
    ),
    "after-call": frozenset({"RetryQuotaChecker.release_retry_quota"}),
    "after-call-error": frozenset(),
}
"""Handlers that a fast call needs not: of retries, which are made above it; of access points and S3 Express, which it
refuses; and those whose work it does itself. Those of endpoints and signers are asked by way of botocore's own code."""


@dataclass(frozen=True, slots=True)
class Handlers:
    """What botocore does beside serialising, signing and parsing, in its order."""

    parameters: tuple[Handler, ...]
    call: tuple[Handler, ...]
    parse: tuple[Handler, ...]
    done: tuple[Handler, ...]


def handlers(client: Any, model: OperationModel) -> Handlers | None:
    """The handlers of an operation, None if one of them is not known."""
    found = {event: registered(client, event, model) for event in _KNOWN}
    for event, handlers_of in found.items():
        if not {_name(each) for each in handlers_of} <= _KNOWN[event] | _CALLED.get(event, frozenset()):
            return None

    def called(event: str) -> tuple[Handler, ...]:
        return tuple(each for each in found[event] if _name(each) in _CALLED[event])

    return Handlers(
        called("before-parameter-build"), called("before-call"), called("before-parse"), called("after-call")
    )


def registered(client: Any, event: str, model: OperationModel) -> tuple[Handler, ...]:
    """What botocore calls at an event of an operation, in this order."""
    emitter = client.meta.events._emitter  # noqa: SLF001 - botocore tells nobody what it would call
    name = f"{event}.{model.service_model.service_id.hyphenize()}.{model.name}"
    return tuple(emitter._handlers.prefix_search(name))  # noqa: SLF001


def _name(handler: Handler) -> str:
    return str(getattr(handler, "__qualname__", handler))
