"""Say of each file whether it was made anew; of those before, pictures alone were."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # A program of before, still running, adds rows without the column: what it stores has not been made anew.
    op.add_column("attachment", sa.Column("is_cleaned", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.execute(sa.text("UPDATE attachment SET is_cleaned = true WHERE media_type LIKE 'image/%'"))


def downgrade() -> None:
    op.drop_column("attachment", "is_cleaned")
