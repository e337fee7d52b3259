"""Let rights that open much wait for a second administrator."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

OPEN = sa.text("outcome IS NULL")
INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "pending_grant",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("team_id", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(30), nullable=False),
        sa.Column("proposed_by", sa.Integer(), nullable=False),
        sa.Column("proposed_at", INSTANT, nullable=False),
        sa.Column("expires_at", INSTANT, nullable=False),
        sa.Column("outcome", sa.String(30)),
        sa.Column("decided_by", sa.Integer()),
        sa.Column("decided_at", INSTANT),
        sa.CheckConstraint(
            "role IN ('intake', 'handler', 'lead', 'supervisor', 'custodian', 'administrator', 'auditor')",
            name=op.f("ck_pending_grant_role"),
        ),
        sa.CheckConstraint(
            "outcome IN ('confirmed', 'refused', 'withdrawn', 'expired')", name=op.f("ck_pending_grant_grantoutcome")
        ),
        sa.CheckConstraint("proposed_by <> account_id", name=op.f("ck_pending_grant_proposed_for_other")),
        sa.CheckConstraint("decided_by <> account_id", name=op.f("ck_pending_grant_decided_for_other")),
        sa.CheckConstraint("outcome <> 'confirmed' OR decided_by <> proposed_by", name=op.f("ck_pending_grant_two")),
        sa.CheckConstraint("(outcome IS NULL) = (decided_at IS NULL)", name=op.f("ck_pending_grant_decided")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_pending_grant_account_id_account")),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name=op.f("fk_pending_grant_team_id_team")),
        sa.ForeignKeyConstraint(["proposed_by"], ["account.id"], name=op.f("fk_pending_grant_proposed_by_account")),
        sa.ForeignKeyConstraint(["decided_by"], ["account.id"], name=op.f("fk_pending_grant_decided_by_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pending_grant")),
    )
    op.create_index(
        "uq_pending_grant_open",
        "pending_grant",
        ["account_id", "team_id", "role"],
        unique=True,
        postgresql_where=OPEN,
        sqlite_where=OPEN,
    )


def downgrade() -> None:
    op.drop_table("pending_grant")
