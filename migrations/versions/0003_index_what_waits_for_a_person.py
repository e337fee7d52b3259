"""Index what waits for one officer or for a lead, so that short lists are not sought in long queues."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

GIVEN = sa.text("assignee_id IS NOT NULL AND queue_at IS NOT NULL")
FOR_LEAD = sa.text("is_answer_pending OR status = 'reopened'")
FOR_LEAD_SQLITE = sa.text("is_answer_pending = 1 OR status = 'reopened'")
TO_CLOSE = sa.text("status = 'answered'")


def upgrade() -> None:
    op.create_index(
        "ix_tip_assignee_queue", "tip", ["assignee_id", "queue_at", "id"], postgresql_where=GIVEN, sqlite_where=GIVEN
    )
    op.create_index(
        "ix_tip_lead_queue",
        "tip",
        ["team_id", "queue_at", "id"],
        postgresql_where=FOR_LEAD,
        sqlite_where=FOR_LEAD_SQLITE,
    )
    op.create_index(
        "ix_tip_to_close", "tip", ["team_id", "queue_at", "id"], postgresql_where=TO_CLOSE, sqlite_where=TO_CLOSE
    )


def downgrade() -> None:
    for name in ("ix_tip_to_close", "ix_tip_lead_queue", "ix_tip_assignee_queue"):
        op.drop_index(name, "tip")
