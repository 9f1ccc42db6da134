"""The JSON Schemas (2020-12) of what bedaudit writes."""
