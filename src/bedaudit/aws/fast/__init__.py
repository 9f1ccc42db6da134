"""Reads without boto3's costs: botocore says what a request is and what a reply means, aiohttp carries them.

`handlers` finds botocore's customisations of an operation, `endpoints` resolves where it goes, `operation` joins these
to a request and its reply, `signing` signs, `http` sends, and `transport` is all of it. What these do not know goes to
boto3's transport. `tests/aws/test_fast_equality.py` holds requests and replies against boto3's.
"""
