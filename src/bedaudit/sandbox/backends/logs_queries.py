"""CloudWatch Logs query definitions: what the console calls saved queries."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from bedaudit.sandbox.call import AwsError, Call, Reply, operation, page


@dataclass(slots=True)
class Queries:
    """The definitions of an account and region by id."""

    by_id: dict[str, dict[str, Any]] = field(default_factory=dict)


@operation("logs", "PutQueryDefinition")
def put(call: Call) -> Reply:
    """Makes a definition, or replaces the one whose id is given as a whole."""
    queries, wanted = call.here(Queries).by_id, call.parameters.get("queryDefinitionId")
    if wanted is not None and wanted not in queries:
        raise AwsError("ResourceNotFoundException", "The specified query definition does not exist.")
    identifier = wanted or str(
        uuid5(NAMESPACE_URL, f"{call.account}/{call.region}/{len(queries)}/{call.parameters['name']}")
    )
    queries[identifier] = {
        "queryLanguage": "CWLI",
        **call.given("queryLanguage", "name", "queryString", "parameters"),
        "logGroupNames": call.parameters.get("logGroupNames") or [],
        "queryDefinitionId": identifier,
        "lastModified": int(call.now.timestamp() * 1000),
    }
    return {"queryDefinitionId": identifier}


@operation("logs", "DescribeQueryDefinitions")
def describe(call: Call) -> Reply:
    """Definitions by prefix and language, at most 1000 a page."""
    prefix, language = call.parameters.get("queryDefinitionNamePrefix") or "", call.parameters.get("queryLanguage")
    found = [
        query
        for query in call.here(Queries).by_id.values()
        if query["name"].startswith(prefix) and language in (None, query["queryLanguage"])
    ]
    return page(call, "queryDefinitions", found, 1000, ("nextToken", "maxResults"))


@operation("logs", "DeleteQueryDefinition")
def delete(call: Call) -> Reply:
    """Deletes a definition."""
    return {"success": call.here(Queries).by_id.pop(call.parameters["queryDefinitionId"], None) is not None}
