"""A keyring of its own for each test."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from forum.adapters.keyring import Keyring
from forum.adapters.vault import Vault

BORN_AT = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)


@pytest.fixture
def keyring() -> Keyring:
    return Keyring.fresh(BORN_AT)


@pytest.fixture
def vault(keyring: Keyring) -> Vault:
    return Vault(keyring)
