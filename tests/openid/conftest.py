"""The forum with the real provider beside it: one for officers, the same one for citizens."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from config import Config
from tests.openid.provider import Provider


@pytest.fixture(scope="session")
def shared_provider() -> Iterator[Provider]:
    provider = Provider()
    provider.start()
    yield provider
    provider.stop()


@pytest.fixture
def provider(shared_provider: Provider) -> Provider:
    """Return the provider; a module that stops and starts it has one of its own."""
    return shared_provider


@pytest.fixture
def config(config: Config, provider: Provider) -> Config:
    return replace(config, officers=provider.client("officers"), citizens=provider.client("citizens"))
