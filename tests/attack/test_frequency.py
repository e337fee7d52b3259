"""The frequency attack at a reduced size: it bites where codes repeat, and finds nothing in the forum's own index."""

from __future__ import annotations

import pytest

from forum.adapters.blind_index import BlindIndex
from forum.adapters.keyring import Keyring
from tests.attack.corpora import UNTIL, Told, told
from tests.attack.frequency import recovered, ways
from tests.attack.knowledge import Knowledge, learn

TIPS, KNOWN, KEYS = 1_200, 2_500, 150


@pytest.fixture(scope="module")
def known() -> Knowledge:
    return learn(told(KNOWN, seed=2))


@pytest.fixture(scope="module")
def attacked() -> list[Told]:
    return told(TIPS, seed=1)


@pytest.mark.slow
@pytest.mark.xdist_group("frequency")
def test_attack_recovers_words_where_one_key_serves_all_and_hardly_any_from_the_index(
    known: Knowledge, attacked: list[Told]
) -> None:
    offered = ways(BlindIndex(Keyring.fresh(UNTIL)))
    assert recovered(known, attacked, offered["bare"]) > 0.3
    assert recovered(known, attacked, offered["forum"], most_keys=KEYS) < 0.05
