"""Let each row of a record name the key that chains it, so that the key can be replaced."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

RECORDS = ("tip_event", "access_log", "setting_event")


def upgrade() -> None:
    for record in RECORDS:
        op.add_column(record, sa.Column("chain_key_id", sa.String(40)))


def downgrade() -> None:
    """Refuse once a key was replaced: rows that cannot name theirs could not be verified again."""
    for record in RECORDS:
        rows = sa.table(record, sa.column("chain_key_id"))
        named = op.get_bind().scalar(sa.select(sa.func.count()).where(rows.c.chain_key_id.is_not(None)))
        if named:
            raise RuntimeError(f"{named} rows of {record} name the key of their chain, which this step would forget")
    for record in RECORDS:
        op.drop_column(record, "chain_key_id")
