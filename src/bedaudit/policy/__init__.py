"""The policy language: YAML with marks, conditions, parameters, the published schema."""
