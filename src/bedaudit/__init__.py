"""Audits Amazon Bedrock observability against YAML policies, across AWS accounts and regions."""

__version__ = "0.1.0"
