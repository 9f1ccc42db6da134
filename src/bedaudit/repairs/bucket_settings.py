"""Settings of a delivery bucket that AWS keeps each by itself: public access, encryption, ownership, versioning.

https://docs.aws.amazon.com/AmazonS3/latest/API/API_Operations_Amazon_Simple_Storage_Service.html
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from bedaudit.model import Call, Facts, Raw, Site
from bedaudit.parts.bucket_settings import GET_ENCRYPTION, GET_OWNERSHIP, GET_PUBLIC_ACCESS, GET_VERSIONING
from bedaudit.reader import Operation, Reader
from bedaudit.repairs.log_group import KEY_ELSEWHERE, is_elsewhere
from bedaudit.repairs.repair import Edit, Mount, Place, Repair

BUCKETS = ("s3", "cloudwatch.large_data")
"""The parts of a logging configuration that are delivery buckets."""
_BLOCKS = ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")
_RELIES_ON_ACLS = "whoever has access by an ACL alone loses it"
_RELIES_ON_KEY = "delivery stops unless the policy of the KMS key lets bedrock.amazonaws.com generate data keys"
_VERSIONS_STAY = "a bucket that has once kept versions can only be suspended, never be as before"
_NEEDS_MFA = "MFA delete is on: only the root user, with a code of the device, changes the versioning"


def bucket_place(what: str) -> Callable[[Facts, Site], Place | None]:
    """Where something of a bucket is that is the account's own, or may be: calls of S3 refuse any other."""

    def place(facts: Facts, site: Site) -> Place | None:
        name, region = facts.get("bucket"), facts.get("region")
        if not isinstance(name, str) or facts.get("owned_by_account") is False:
            return None
        parameters = {"Bucket": name, "ExpectedBucketOwner": site.account}
        return Place(region if isinstance(region, str) else site.region, f"{what} of bucket {name}", parameters)

    return place


def deliveries_place(what: str, part: str) -> Callable[[Facts, Site], Place | None]:
    """Where something is that speaks of what is delivered: one bucket may receive at several prefixes."""
    bucket = bucket_place(what)

    def place(facts: Facts, site: Site) -> Place | None:
        parts = {name: part_of(facts, name) for name in BUCKETS}
        found = bucket(parts[part], site)
        if found is None:
            return None
        here = {name: each for name, each in parts.items() if each.get("bucket") == found.parameters["Bucket"]}
        prefixes = {name: each.get("prefix") or "" for name, each in here.items()}
        return Place(found.region, found.name, {**found.parameters, "prefixes": prefixes})

    return place


def named(place: Place) -> Mapping[str, Any]:
    """What calls name the bucket by."""
    return {name: value for name, value in place.parameters.items() if name != "prefixes"}


def paths(place: Place, part: str, site: Site) -> tuple[str, ...]:
    """Where Bedrock's keys begin: two for a prefix that ends in a slash, since AWS does not say which."""
    path, prefix = f"AWSLogs/{site.account}/BedrockModelInvocationLogs/", place.parameters["prefixes"].get(part)
    return tuple(dict.fromkeys((f"{prefix}/{path}", f"{prefix.rstrip('/')}/{path}"))) if prefix else (path,)


def part_of(facts: Facts, path: str) -> Facts:
    """A part of a state; empty where there is none, or it could not be read."""
    found: Any = facts
    for name in path.split("."):
        found = found.get(name) if isinstance(found, Mapping) else None
    return found if isinstance(found, Mapping) else {}


def at_buckets(repair: Repair) -> tuple[Mount, ...]:
    """At every part of a state that is a delivery bucket."""
    return tuple(Mount("invocation_logging", at, repair) for at in BUCKETS)


def _finds(operation: Operation) -> Callable[[Reader, Place], Any]:
    async def read(aws: Reader, place: Place) -> Raw | None:
        return await aws.find(operation, at=place.region, **place.parameters)

    return read


def _put(place: Place, operation: str, **parameters: Any) -> Call:
    return Call("s3", operation, {**place.parameters, **parameters})


def _edit_public_access(raw: Raw | None, wanted: Mapping[str, Any], place: Place, site: Site) -> Edit:
    name = "PublicAccessBlockConfiguration"
    held = (raw or {}).get(name, {})
    if wanted.get("blocks_public_access") is not True or all(held.get(block) for block in _BLOCKS):
        return Edit(raw, (), ())
    after = {**held, **dict.fromkeys(_BLOCKS, True)}
    undo = (
        _put(place, "DeletePublicAccessBlock") if raw is None else _put(place, "PutPublicAccessBlock", **{name: held})
    )
    return Edit({**(raw or {}), name: after}, (_put(place, "PutPublicAccessBlock", **{name: after}),), (undo,))


def _edit_ownership(raw: Raw | None, wanted: Mapping[str, Any], place: Place, site: Site) -> Edit:
    held = (raw or {}).get("OwnershipControls", {})
    rules = [{"ObjectOwnership": "BucketOwnerEnforced"}]
    if wanted.get("acls_disabled") is not True or held.get("Rules") == rules:
        return Edit(raw, (), ())
    after = {**held, "Rules": rules}
    undo = (
        _put(place, "DeleteBucketOwnershipControls")
        if raw is None
        else _put(place, "PutBucketOwnershipControls", OwnershipControls=held)
    )
    call = _put(place, "PutBucketOwnershipControls", OwnershipControls=after)
    return Edit({**(raw or {}), "OwnershipControls": after}, (call,), (undo,), "risky", _RELIES_ON_ACLS)


def _edit_encryption(raw: Raw | None, wanted: Mapping[str, Any], place: Place, site: Site) -> Edit:
    name, key = "ServerSideEncryptionConfiguration", wanted.get("kms_key.arn")
    held = (raw or {}).get(name, {})
    rules = held.get("Rules") or [{"BucketKeyEnabled": True}]
    default = rules[0].get("ApplyServerSideEncryptionByDefault", {})
    if key is None or default.get("KMSMasterKeyID") == key:
        return Edit(raw, (), ())
    if is_elsewhere(key, place.region):
        return Edit(raw, (), (), "manual", KEY_ELSEWHERE)
    algorithm = default.get("SSEAlgorithm", "")
    by_key = {"SSEAlgorithm": algorithm if algorithm.startswith("aws:kms") else "aws:kms", "KMSMasterKeyID": key}
    first = {**rules[0], "ApplyServerSideEncryptionByDefault": {**default, **by_key}}
    after = {**held, "Rules": [first, *rules[1:]]}
    undo = _put(place, "DeleteBucketEncryption") if raw is None else _put(place, "PutBucketEncryption", **{name: held})
    call = _put(place, "PutBucketEncryption", **{name: after})
    return Edit({**(raw or {}), name: after}, (call,), (undo,), "risky", _RELIES_ON_KEY)


def _edit_versioning(raw: Raw | None, wanted: Mapping[str, Any], place: Place, site: Site) -> Edit:
    status = (raw or {}).get("Status")
    if wanted.get("versioning") != "on" or status == "Enabled":
        return Edit(raw, (), ())
    call = _put(place, "PutBucketVersioning", VersioningConfiguration={"Status": "Enabled"})
    back = _put(place, "PutBucketVersioning", VersioningConfiguration={"Status": status})
    after = {**(raw or {}), "Status": "Enabled"}
    if after.get("MFADelete") == "Enabled":
        return Edit(after, (call,), (back,) if status else None, "manual", _NEEDS_MFA)
    return Edit(after, (call,), (back,)) if status else Edit(after, (call,), None, "risky", _VERSIONS_STAY)


PUBLIC_ACCESS = Repair(
    name="bucket.public_access",
    does="Turns on all four settings of the bucket's public access block.",
    paths=("blocks_public_access",),
    place=bucket_place("public access block"),
    read=_finds(GET_PUBLIC_ACCESS),
    edit=_edit_public_access,
    reads=(GET_PUBLIC_ACCESS,),
    writes=("s3:PutPublicAccessBlock", "s3:DeletePublicAccessBlock"),
)
OWNERSHIP = Repair(
    name="bucket.ownership",
    does="Disables the ACLs of the bucket.",
    rated={"risky": _RELIES_ON_ACLS},
    paths=("acls_disabled",),
    place=bucket_place("object ownership"),
    read=_finds(GET_OWNERSHIP),
    edit=_edit_ownership,
    reads=(GET_OWNERSHIP,),
    writes=("s3:PutBucketOwnershipControls", "s3:DeleteBucketOwnershipControls"),
)
ENCRYPTION = Repair(
    name="bucket.encryption",
    does="Makes the KMS key the default encryption of new objects in the bucket.",
    rated={"risky": _RELIES_ON_KEY, "manual": KEY_ELSEWHERE},
    paths=("kms_key.arn",),
    place=bucket_place("default encryption"),
    read=_finds(GET_ENCRYPTION),
    edit=_edit_encryption,
    reads=(GET_ENCRYPTION,),
    writes=("s3:PutBucketEncryption", "s3:DeleteBucketEncryption"),
)
VERSIONING = Repair(
    name="bucket.versioning",
    does="Lets the bucket keep overwritten and deleted objects.",
    rated={"safe": "", "risky": _VERSIONS_STAY, "manual": _NEEDS_MFA},
    paths=("versioning",),
    place=bucket_place("versioning"),
    read=_finds(GET_VERSIONING),
    edit=_edit_versioning,
    reads=(GET_VERSIONING,),
    writes=("s3:PutBucketVersioning",),
)
MOUNTS = tuple(mount for repair in (PUBLIC_ACCESS, OWNERSHIP, ENCRYPTION, VERSIONING) for mount in at_buckets(repair))
