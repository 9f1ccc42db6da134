"""The data protection policy of a log group: what it masks.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/mask-sensitive-log-data-start.html
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from bedaudit.documents.statements import Members, loaded, statements, written
from bedaudit.model import Call, Facts, Raw, Site
from bedaudit.parts.masking import GET_POLICY
from bedaudit.reader import Reader
from bedaudit.repairs.repair import Edit, Mount, Place, Repair

_OPERATIONS: Mapping[str, Mapping[str, Any]] = {
    "Audit": {"FindingsDestination": {}},
    "Deidentify": {"MaskConfig": {}},
}
"""AWS wants one statement of each, both about the same data identifiers."""
_STAYS = "what arrives meanwhile stays masked for whoever may not unmask it"
_FOREIGN = "the data protection policy is not what AWS documents"


def _place(facts: Facts, site: Site) -> Place | None:
    name = facts.get("name")
    if not isinstance(name, str):
        return None
    return Place(site.region, f"data protection policy of log group {name}", {"logGroupIdentifier": name})


async def _read(aws: Reader, place: Place) -> Raw | None:
    """The policy as text, and what the text holds: AWS is free to write it in another way."""
    reply = await aws.find(GET_POLICY, **place.parameters)
    text = (reply or {}).get("policyDocument")
    return None if reply is None or not text else {**reply, "Document": loaded(text)}


def _edit(raw: Raw | None, wanted: Mapping[str, Any], place: Place, site: Site) -> Edit:
    names = wanted.get("masking.masks")
    if not names:
        return Edit(raw, (), ())
    identifiers = [f"arn:{site.partition}:dataprotection::aws:data-identifier/{name}" for name in names]
    if raw is None:
        new = _new(identifiers)
        return Edit(_after({}, new), (_put(place, written(new)),), (_delete(place),), "safe", _STAYS)
    before = raw["Document"]
    after = None if before is None else _masking(before, identifiers)
    if after is None:
        return Edit(raw, (), (), "manual", _FOREIGN)
    if after == before:
        return Edit(raw, (), ())
    undo = _put(place, raw["policyDocument"])
    return Edit(_after(raw, after), (_put(place, written(after)),), (undo,), "safe", _STAYS)


def _new(identifiers: list[str]) -> Members:
    made = [
        {"Sid": name.lower(), "DataIdentifier": identifiers, "Operation": {name: dict(settings)}}
        for name, settings in _OPERATIONS.items()
    ]
    return {"Name": "mask-sensitive-data", "Version": "2021-06-01", "Statement": made}


def _masking(document: Members, identifiers: list[str]) -> Members | None:
    """With the identifiers in each statement, and the statement that masks if there is none; None: not understood."""
    there = statements(document)
    if not there or not all(_is_understood(each) for each in there):
        return None
    all_of_them = _merged((*(name for each in there for name in each["DataIdentifier"]), *identifiers))
    kept = [{**each, "DataIdentifier": _merged((*each["DataIdentifier"], *all_of_them))} for each in there]
    missing = [name for name in _OPERATIONS if not any(name in each["Operation"] for each in there)]
    made = [{"DataIdentifier": all_of_them, "Operation": {name: dict(_OPERATIONS[name])}} for name in missing]
    return {**document, "Statement": [*kept, *made]}


def _is_understood(statement: Any) -> bool:
    return (
        isinstance(statement, dict)
        and isinstance(statement.get("DataIdentifier"), list)
        and isinstance(statement.get("Operation"), dict)
    )


def _merged(names: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(names))


def _after(raw: Raw, document: Members) -> Raw:
    return {**raw, "policyDocument": written(document), "Document": document}


def _put(place: Place, text: str) -> Call:
    return Call("logs", "PutDataProtectionPolicy", {**place.parameters, "policyDocument": text})


def _delete(place: Place) -> Call:
    return Call("logs", "DeleteDataProtectionPolicy", place.parameters)


MASKING = Repair(
    name="log_group.data_protection",
    does="Adds what is to be masked to the log group's data protection policy.",
    rated={"safe": _STAYS, "manual": _FOREIGN},
    paths=("masking.masks",),
    place=_place,
    read=_read,
    edit=_edit,
    reads=(GET_POLICY,),
    writes=("logs:PutDataProtectionPolicy", "logs:DeleteDataProtectionPolicy"),
    volatile=(("policyDocument",), ("lastUpdatedTime",)),
    after=("log_group.create",),
)
MOUNTS = (
    Mount("invocation_logging", "cloudwatch.log_group", MASKING),
    Mount("log_group", "", MASKING),
)
