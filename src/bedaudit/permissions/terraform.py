"""Terraform of the role that bedaudit assumes, as one file to apply in each account."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Final

from bedaudit.permissions.documents import Document, role_arn

_HEAD: Final = """\
# The role that bedaudit assumes in each account; in the account that runs bedaudit, only policies to attach to whoever
# runs it.
#
# A session of an hour is enough: bedaudit assumes the role again before it ends. AWS allows no longer one to who runs
# bedaudit with a role that was itself assumed (role chaining).

variable "auditor_account_id" {
  description = "The account that runs bedaudit."
  type        = string
}

variable "role_name" {
  description = "As given to --role."
  type        = string
  default     = "%(role)s"
}

variable "external_id" {
  description = "As given to --external-id; null if there is none."
  type        = string
  default     = null
}

variable "permissions_boundary" {
  description = "ARN of a policy beyond which the role may never go; null if there is none."
  type        = string
  default     = null
}

data "aws_caller_identity" "current" {}

data "aws_partition" "current" {}

locals {
  is_auditor = data.aws_caller_identity.current.account_id == var.auditor_account_id
}
"""

_POLICY: Final = """
resource "aws_iam_policy" "bedaudit_%(number)s" {
  name_prefix = "bedaudit-%(number)s-"
  description = "What bedaudit may do, part %(number)s"
  policy      = jsonencode(%(document)s)
}
"""

_ENTERING: Final = """
resource "aws_iam_policy" "bedaudit_entering" {
  count       = local.is_auditor ? 1 : 0
  name_prefix = "bedaudit-entering-"
  description = "To enter other accounts with bedaudit"
  policy      = jsonencode(%s)
}
"""

_ROLE: Final = """
resource "aws_iam_role" "bedaudit" {
  count                = local.is_auditor ? 0 : 1
  name                 = var.role_name
  description          = "Assumed by bedaudit"
  max_session_duration = 3600
  permissions_boundary = var.permissions_boundary
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { AWS = "arn:${data.aws_partition.current.partition}:iam::${var.auditor_account_id}:root" }
      Condition = { for id in compact([var.external_id]) : "StringEquals" => { "sts:ExternalId" = id } }
    }]
  })
}
"""

_ATTACHED: Final = """
resource "aws_iam_role_policy_attachment" "bedaudit_%(number)s" {
  count      = local.is_auditor ? 0 : 1
  role       = aws_iam_role.bedaudit[0].name
  policy_arn = aws_iam_policy.bedaudit_%(number)s.arn
}
"""


def configuration(documents: Sequence[Document], entering: Document, role: str) -> Iterator[str]:
    """The file, in pieces; `entering`: what whoever runs bedaudit needs besides."""
    yield _HEAD % {"role": role}
    yield _ENTERING % _expression(entering, role)
    yield _ROLE
    for number, document in enumerate(documents, 1):
        yield _POLICY % {"number": number, "document": _expression(document, role)}
        yield _ATTACHED % {"number": number}


def _expression(document: Document, role: str) -> str:
    """A document as an expression: JSON is one, but for `${` and `%{`; the role is named by its variable."""
    text = json.dumps(document, indent=2).replace("${", "$${").replace("%{", "%%{")
    return text.replace(json.dumps(role_arn(role)), f'"{role_arn("${var.role_name}")}"').replace("\n", "\n  ")
