"""Whatever is sealed under a key of the server is known to those who replace keys."""

from __future__ import annotations

from sqlalchemy import String

from forum.models import Base
from forum.services.key_use import NAMED, RECORDS
from tests.house.source_tree import calls, dotted, modules


def test_every_place_that_names_a_key_is_counted() -> None:
    """A table left out would lose its rows with a key that is taken away: count it, and let a rotation bring it over.

    Sealed columns belong into RECORDS of `services/key_use` and STEPS of `services/rekeying`, columns of key ids into
    NAMED; then into the lists below.
    """
    sealing = {
        path for path, tree in modules().items() for call in calls(tree) if dotted(call.func).endswith(".seal_record")
    }
    assert sealing == {
        "forum/services/access_log.py",  # AccessRow.words_sealed
        "forum/services/submission.py",  # NoticeAddress.sealed
        "forum/services/splitting.py",  # NoticeAddress.sealed
        "forum/services/factors.py",  # Totp.secret_sealed
        "forum/services/custody_keys.py",  # Identity.sealed
        "forum/web/sealed_cookies.py",  # cookies of some minutes, nothing that is stored
    }
    assert {str(column) for _, column in RECORDS} == {
        "AccessRow.words_sealed", "Totp.secret_sealed", "NoticeAddress.sealed", "Identity.sealed"
    }  # fmt: skip
    naming = {
        str(column)
        for table in Base.metadata.sorted_tables
        for column in table.columns
        if isinstance(column.type, String) and (column.name == "kek_id" or column.name.endswith("key_id"))
    }
    assert naming == {str(column.property.columns[0]) for _, column in NAMED}
