"""Print what secrecy costs one submission: `python -m tests.adapters.bench_secrecy`. A report, not a test."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from datetime import UTC, datetime

from forum.adapters.blind_index import BlindIndex
from forum.adapters.keyring import Keyring, Purpose
from forum.adapters.vault import Vault
from forum.domain import receipts

ROUNDS, REPEATS = 2_000, 7
TEXT = "Ở bản có người bán hồng phiến mỗi tối, bà con lo cho con em. " * 8  # about 650 bytes, a usual tip
TERMS = [f"tieng{n}" for n in range(75)] + [f"tieng{n} tieng{n + 1}" for n in range(75)]


def microseconds(act: Callable[[], object]) -> float:
    """Return the median of several rounds, for one call."""
    rounds = []
    for _ in range(REPEATS):
        start = time.perf_counter()
        for _ in range(ROUNDS):
            act()
        rounds.append((time.perf_counter() - start) / ROUNDS * 1e6)
    return statistics.median(rounds)


def main() -> None:
    """Print one line for each act."""
    keyring = Keyring.fresh(datetime.now(UTC))
    vault, index = Vault(keyring), BlindIndex(keyring)
    receipt_key = keyring.current(Purpose.RECEIPT).secret
    tip_key = vault.new_tip_key(ref="4711ab")
    sealed = vault.seal(tip_key.key, TEXT, where="tip/4711ab/body")

    def submission() -> None:
        key = vault.new_tip_key(ref="4711ab").key
        for column in ("body", "folded", "place_text", "when_text"):
            vault.seal(key, TEXT, where=f"tip/4711ab/{column}")
        vault.seal_record("identity", "Người Dân Mẫu 1", where="identity/9f/name", scope="14")
        vault.seal_record("notice", "0900 000 001", where="notice/9f/address")
        receipts.digest(receipts.derive(b"\x01" * 16, receipt_key), receipt_key)

    acts: dict[str, Callable[[], object]] = {
        "new tip key": lambda: vault.new_tip_key(ref="4711ab"),
        "open tip key": lambda: vault.open_tip_key(tip_key.wrapped, tip_key.kek_id, ref="4711ab"),
        "seal 650 bytes": lambda: vault.seal(tip_key.key, TEXT, where="tip/4711ab/body"),
        "unseal 650 bytes": lambda: vault.unseal(tip_key.key, sealed, where="tip/4711ab/body"),
        "receipt and its digest": lambda: receipts.digest(receipts.derive(b"\x01" * 16, receipt_key), receipt_key),
        "a whole submission: key, 4 texts, 2 records, receipt (wanted: < 100)": submission,
        "blind index of 150 terms (wanted: < 400)": lambda: index.codes("14", 4711, TERMS),
    }
    for name, act in acts.items():
        print(f"{microseconds(act):8.1f} µs  {name}")  # noqa: T201 - printing is this module's purpose


if __name__ == "__main__":
    main()
