"""Saved queries of CloudWatch Logs Insights, which AWS's API calls query definitions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fnmatch import fnmatchcase
from typing import Any, Literal, TypeAlias

from bedaudit.documents.log_query import log_groups, name_of
from bedaudit.kinds.kind import Creation, Kind, resource
from bedaudit.model import Call, Gap, Raw, Resource
from bedaudit.parts.bedrock_log_groups import GET_LOGGING, read_invocation_group
from bedaudit.reader import Operation, Reader
from bedaudit.state import State

DESCRIBE_QUERIES = Operation("logs", "DescribeQueryDefinitions", tokens=("nextToken", "nextToken"))

Language: TypeAlias = Literal["CWLI", "SQL", "PPL"]
_LANGUAGES: dict[str, Language] = {"CWLI": "CWLI", "SQL": "SQL", "PPL": "PPL"}


class SavedQuery(State):
    """A saved query of CloudWatch Logs Insights."""

    name: str
    """Its name, with the folders that it is in, as `bedrock/tokens by model`."""
    query: str
    """The query, its quoted texts, regular expressions and comments replaced by their hashes."""
    log_groups: tuple[str, ...]
    """The names of the log groups that it is saved for or names itself, `prefix*` for those that it finds by their
    prefix; empty: whoever runs it chooses them."""
    language: Language | Gap
    """Its language, in AWS's own words: CWLI is that of Logs Insights."""
    reads_invocation_logs: bool | Gap
    """Whether it reads the log group that the logging configuration of the site names."""


async def read(aws: Reader) -> Iterable[Resource]:
    """Every saved query of the site."""
    pages = await aws.pages(DESCRIBE_QUERIES)
    return [await _saved_query(aws, each) for page in pages for each in page.get("queryDefinitions", ())]


async def _saved_query(aws: Reader, raw: Raw) -> Resource:
    state = _stated(raw)
    reads = await aws.part("reads_invocation_logs", lambda aws: _reads(aws, state), facts=state.facts)
    identifier = raw["queryDefinitionId"]
    arn = f"arn:{aws.partition}:logs:{aws.region}:{aws.account}:query-definition:{identifier}"
    return resource(
        "saved_query", identifier, state.model_copy(update={"reads_invocation_logs": reads}), arn=arn, raw=raw
    )


def _stated(raw: Raw) -> SavedQuery:
    """What AWS's description says by itself, or the parameters that make it."""
    query, language = raw.get("queryString", ""), raw.get("queryLanguage", "CWLI")
    saved = (name_of(group) for group in raw.get("logGroupNames", ()))
    return SavedQuery(
        name=raw["name"],
        query=query,
        log_groups=tuple(dict.fromkeys((*saved, *log_groups(query)))),
        language=_LANGUAGES.get(language)
        or Gap("failed", str(DESCRIBE_QUERIES), message=f"unknown language {language}"),
        reads_invocation_logs=Gap("not_read"),
    )


async def _reads(aws: Reader, state: SavedQuery) -> bool:
    group = await read_invocation_group(aws)
    return group is not None and any(_covers(each, group) for each in state.log_groups)


def _covers(pattern: str, group: str) -> bool:
    """Names of log groups have no other character that a pattern knows."""
    return fnmatchcase(group, pattern)


def create(parameters: Mapping[str, Any]) -> Creation:
    """PutQueryDefinition; which log group holds the invocation logs is not decided by the call."""
    return Creation(Call("logs", "PutQueryDefinition", parameters), _stated(parameters).facts())


KIND = Kind(
    name="saved_query",
    state=SavedQuery,
    read=read,
    operations=(DESCRIBE_QUERIES, GET_LOGGING),
    create=create,
)
