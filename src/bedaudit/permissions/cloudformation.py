"""A CloudFormation template of the role that bedaudit assumes, for a StackSet and for the account that it runs in.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/stacksets-orgs-enable-trusted-access.html
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import yaml

from bedaudit.permissions.documents import Document, role_arn

_HEAD: Final = """\
# The role that bedaudit assumes in each account.
#
# Member accounts: a service-managed StackSet with this template, one region is enough (IAM is global), with automatic
# deployment to new accounts and the capability CAPABILITY_NAMED_IAM.
# Management account: StackSets leave it out. Make an ordinary stack of this template there.
# The account that runs bedaudit (AuditorAccountId): its own stack has a policy, not a role; attach it to whoever runs
# bedaudit.
#
# A session of an hour is enough: bedaudit assumes the role again before it ends. AWS allows no longer one to who runs
# bedaudit with a role that was itself assumed (role chaining).
"""

_BOUNDARY: Final = "^$|^arn:aws[a-z-]*:iam::([0-9]{12}|aws):policy/.+$"


def template(documents: Sequence[Document], entering: Document, role: str) -> str:
    """The template, as YAML; `entering`: what whoever runs bedaudit needs besides."""
    entering, *documents = (_named(document, role) for document in (entering, *documents))
    policies = {f"Policy{number}": _policy(document, number) for number, document in enumerate(documents, 1)}
    whole = {
        "AWSTemplateFormatVersion": "2010-09-09",
        "Description": "The role that bedaudit assumes, and what it may do",
        "Parameters": _parameters(role),
        "Conditions": {
            "IsAuditor": {"Fn::Equals": [{"Ref": "AWS::AccountId"}, {"Ref": "AuditorAccountId"}]},
            "IsOther": {"Fn::Not": [{"Condition": "IsAuditor"}]},
            "HasExternalId": {"Fn::Not": [{"Fn::Equals": [{"Ref": "ExternalId"}, ""]}]},
            "HasBoundary": {"Fn::Not": [{"Fn::Equals": [{"Ref": "PermissionsBoundaryArn"}, ""]}]},
        },
        "Resources": {
            **policies,
            "Role": _role(list(policies)),
            "EnteringPolicy": {
                "Type": "AWS::IAM::ManagedPolicy",
                "Condition": "IsAuditor",
                "Properties": {"Description": "To enter other accounts with bedaudit", "PolicyDocument": entering},
            },
        },
    }
    return _HEAD + yaml.safe_dump(whole, sort_keys=False, width=120)


def _named(document: Document, role: str) -> Document:
    """A document that speaks of the role by the parameter that names it."""
    own, named = role_arn(role), {"Fn::Sub": role_arn("${RoleName}")}
    statements = [each | ({"Resource": named} if each["Resource"] == own else {}) for each in document["Statement"]]
    return document | {"Statement": statements}


def _parameters(role: str) -> Mapping[str, Any]:
    return {
        "AuditorAccountId": {
            "Type": "String",
            "AllowedPattern": "^[0-9]{12}$",
            "Description": "The account that runs bedaudit.",
        },
        "RoleName": {"Type": "String", "Default": role, "Description": "As given to --role."},
        "ExternalId": {
            "Type": "String",
            "Default": "",
            "Description": "As given to --external-id; empty if there is none.",
        },
        "PermissionsBoundaryArn": {
            "Type": "String",
            "Default": "",
            "AllowedPattern": _BOUNDARY,
            "Description": "A policy beyond which the role may never go; empty if there is none.",
        },
    }


def _policy(document: Document, number: int) -> Mapping[str, Any]:
    return {
        "Type": "AWS::IAM::ManagedPolicy",
        "Properties": {"Description": f"What bedaudit may do, part {number}", "PolicyDocument": document},
    }


def _role(policies: Sequence[str]) -> Mapping[str, Any]:
    external = {"StringEquals": {"sts:ExternalId": {"Ref": "ExternalId"}}}
    trusted = {
        "Effect": "Allow",
        "Principal": {"AWS": {"Fn::Sub": "arn:${AWS::Partition}:iam::${AuditorAccountId}:root"}},
        "Action": "sts:AssumeRole",
        "Condition": {"Fn::If": ["HasExternalId", external, {"Ref": "AWS::NoValue"}]},
    }
    return {
        "Type": "AWS::IAM::Role",
        "Condition": "IsOther",
        "Properties": {
            "RoleName": {"Ref": "RoleName"},
            "Description": "Assumed by bedaudit",
            "MaxSessionDuration": 3600,
            "PermissionsBoundary": {
                "Fn::If": ["HasBoundary", {"Ref": "PermissionsBoundaryArn"}, {"Ref": "AWS::NoValue"}]
            },
            "AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": [trusted]},
            "ManagedPolicyArns": [{"Ref": name} for name in policies],
        },
    }
