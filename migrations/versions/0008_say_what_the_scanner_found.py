"""Say of each file what the scanner for harmful programs found, and ask for those that are stored already."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

STATES = ("not-scanned", "clean", "infected", "failed")
INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    with op.batch_alter_table("attachment") as batch:
        batch.add_column(sa.Column("scan", sa.String(30), server_default="not-scanned", nullable=False))
        batch.add_column(sa.Column("scanned_at", INSTANT))
        batch.create_check_constraint(
            op.f("ck_attachment_scan"), f"scan IN ({', '.join(repr(state) for state in STATES)})"
        )
        batch.create_check_constraint(
            op.f("ck_attachment_scanned_with_time"), "(scan = 'not-scanned') = (scanned_at IS NULL)"
        )
    op.execute(
        sa.text(
            "INSERT INTO outbox (kind, payload, available_at, attempts) "
            "SELECT 'scan-file', '{\"file\"\\:\"' || uid || '\"}', created_at, 0 FROM attachment ORDER BY id"
        )
    )


def downgrade() -> None:
    op.execute(sa.text("DELETE FROM outbox WHERE kind = 'scan-file'"))
    with op.batch_alter_table("attachment") as batch:
        batch.drop_constraint(op.f("ck_attachment_scanned_with_time"), type_="check")
        batch.drop_constraint(op.f("ck_attachment_scan"), type_="check")
        batch.drop_column("scanned_at")
        batch.drop_column("scan")
