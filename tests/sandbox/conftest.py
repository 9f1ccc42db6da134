from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import boto3
import pytest
from botocore import session as botocore_session
from botocore.config import Config
from botocore.loaders import create_loader

from bedaudit.sandbox import Sandbox, serve

Client = Callable[..., Any]
LOADER = create_loader()
ONCE = Config(retries={"total_max_attempts": 1})


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    """An empty sandbox."""
    with serve(seed=None) as served:
        yield served


@pytest.fixture(scope="module")
def organization() -> Iterator[Sandbox]:
    """The demo organisation, for tests that only read."""
    with serve() as served:
        yield served


def session(key: str, secret: str, token: str | None = None, region: str = "us-east-1") -> Any:
    """A session that shares the service models with all others."""
    inner = botocore_session.Session()
    inner.register_component("data_loader", LOADER)
    return boto3.Session(key, secret, token, region_name=region, botocore_session=inner)


def clients(sandbox: Sandbox) -> tuple[Client, list[Any]]:
    made: list[Any] = []

    def client(service: str, region: str = "us-east-1", account: str | None = None, **more: Any) -> Any:
        environment = sandbox.environment(account, region)
        keys = (environment["AWS_ACCESS_KEY_ID"], environment["AWS_SECRET_ACCESS_KEY"])
        arguments = {"endpoint_url": sandbox.url, "config": ONCE, **more}
        made.append(session(*keys, region=region).client(service, **arguments))
        return made[-1]

    return client, made


@pytest.fixture
def client(sandbox: Sandbox) -> Iterator[Client]:
    """Makes a client of a service, in a region, as an account."""
    make, made = clients(sandbox)
    yield make
    for one in made:
        one.close()


@pytest.fixture
def reader(organization: Sandbox) -> Iterator[Client]:
    """The same, of the demo organisation."""
    make, made = clients(organization)
    yield make
    for one in made:
        one.close()


def plain(reply: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in reply.items() if name != "ResponseMetadata"}
