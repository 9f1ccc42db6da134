"""X-Ray's settings, and Bedrock's data retention mode: settings that a region has once."""

from __future__ import annotations

from tests.sandbox.conftest import Client, plain
from tests.sandbox.test_logs import code


def test_spans_go_where_they_are_sent(client: Client) -> None:
    api = client("xray")
    assert plain(api.get_trace_segment_destination()) == {"Destination": "XRay", "Status": "ACTIVE"}
    sent = plain(api.update_trace_segment_destination(Destination="CloudWatchLogs"))
    assert sent == plain(api.get_trace_segment_destination()) == {"Destination": "CloudWatchLogs", "Status": "ACTIVE"}
    assert client("xray", "us-west-2").get_trace_segment_destination()["Destination"] == "XRay"


def test_the_default_rule_indexes_a_share(client: Client) -> None:
    api = client("xray")
    api.update_indexing_rule(Name="Default", Rule={"Probabilistic": {"DesiredSamplingPercentage": 25.0}})
    (rule,) = api.get_indexing_rules()["IndexingRules"]
    shares = {"DesiredSamplingPercentage": 25.0, "ActualSamplingPercentage": 25.0}
    assert (rule["Name"], rule["Rule"]) == ("Default", {"Probabilistic": shares})
    other = {"Name": "Other", "Rule": {"Probabilistic": {"DesiredSamplingPercentage": 5.0}}}
    assert code(api.update_indexing_rule, **other) == "ResourceNotFoundException"


def test_traces_are_encrypted_as_told(client: Client) -> None:
    api = client("xray")
    assert api.get_encryption_config()["EncryptionConfig"] == {"Type": "NONE", "Status": "ACTIVE"}
    api.put_encryption_config(Type="KMS", KeyId="alias/traces")
    told = {"Type": "KMS", "KeyId": "alias/traces", "Status": "ACTIVE"}
    assert api.get_encryption_config()["EncryptionConfig"] == told


def test_the_data_retention_mode_is_inherited_until_it_is_set(client: Client) -> None:
    api = client("bedrock")
    assert plain(api.get_account_data_retention()) == {"mode": "inherit"}
    assert api.put_account_data_retention(mode="none")["mode"] == "none"
    assert api.get_account_data_retention()["mode"] == "none"
    assert client("bedrock", "us-west-2").get_account_data_retention()["mode"] == "inherit"
