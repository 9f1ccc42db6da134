"""Serving: one at a time, quickly, and without a trace afterwards."""

from __future__ import annotations

import socket
import subprocess
import sys
import threading
from collections.abc import Iterator

import pytest
from botocore.model import ServiceModel

from bedaudit.errors import SandboxError
from bedaudit.sandbox import Sandbox, backends, serve
from bedaudit.sandbox.call import HANDLERS, AwsError, Call, operation
from bedaudit.sandbox.invoke import Invoke
from tests.sandbox.conftest import LOADER, Client, session


def test_a_second_sandbox_in_one_process_is_refused(sandbox: Sandbox) -> None:
    with pytest.raises(SandboxError, match="serves a sandbox already"), serve():
        pass


def test_a_port_that_is_taken_is_refused() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(SandboxError, match=f"cannot serve on port {port}"), serve(port):
            pass


def test_stopping_leaves_no_thread_and_no_state_behind(capfd: pytest.CaptureFixture[str]) -> None:
    before = threading.active_count()
    for _ in range(2):
        with serve(seed=None) as sandbox:
            client = session("any", "any").client("logs", endpoint_url=sandbox.url)
            assert client.describe_log_groups()["logGroups"] == []
            client.create_log_group(logGroupName="left")
            client.close()
    assert threading.active_count() == before
    assert capfd.readouterr() == ("", "")


def test_without_moto_one_sentence_says_what_to_install() -> None:
    program = "import sys; sys.modules['moto'] = None\nimport bedaudit.sandbox"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    last = done.stderr.strip().splitlines()[-1]
    assert last == "bedaudit.errors.SandboxError: the sandbox needs moto: pip install 'bedaudit[demo]'"


def test_what_nobody_implements_is_said_so(client: Client) -> None:
    for service, method in (
        ("internetmonitor", "list_monitors"),
        ("bedrock", "list_prompt_routers"),
        ("xray", "get_groups"),
    ):
        with pytest.raises(client(service).exceptions.ClientError) as caught:
            getattr(client(service), method)()
        assert caught.value.response["Error"]["Code"] == "NotImplemented"
        assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 501


def test_what_we_answer_ourselves_is_of_botocores_model() -> None:
    backends.load()
    for service, name in HANDLERS:
        assert ServiceModel(LOADER.load_service_model(service, "service-2"), service).operation_model(name).name == name


@pytest.fixture
def wrong_backend() -> Iterator[None]:
    @operation("xray", "GetGroups")
    def get_groups(call: Call) -> dict[str, object]:
        return {"Groups": [{"GroupName": 7}]}

    yield
    del HANDLERS["xray", "GetGroups"]


@pytest.mark.usefixtures("wrong_backend")
def test_a_reply_that_is_not_of_the_model_is_a_failure(sandbox: Sandbox) -> None:
    with pytest.raises(AwsError, match="Invalid type for parameter Groups") as caught:
        sandbox.invoke("111111111111", "us-east-1", "xray", "GetGroups")
    assert (caught.value.code, caught.value.status) == ("InternalFailure", 500)


def create(invoke: Invoke, name: str) -> None:
    invoke("111111111111", "us-east-1", "logs", "CreateLogGroup", logGroupName=name)


def test_reset_forgets_everything_and_may_seed_anew(sandbox: Sandbox) -> None:
    create(sandbox.invoke, "old")
    sandbox.reset(lambda _, invoke: create(invoke, "new"))
    groups = sandbox.invoke("111111111111", "us-east-1", "logs", "DescribeLogGroups")["logGroups"]
    assert [group["logGroupName"] for group in groups] == ["new"]
    assert sandbox.ledger.entries == (("111111111111", "us-east-1", "logs", "DescribeLogGroups"),)
