"""Give each tip search codes of its own, which show no word twice; what was indexed before is indexed anew.

Codes need keys, which a migration has not: `forum migrate` fills them in afterwards, and until then a tip of before is
not found by its words.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.drop_index("ix_tip_term_tip_id", table_name="tip_term")
    op.drop_table("tip_term")
    if op.get_bind().dialect.name == "postgresql":
        op.drop_index("ix_tip_search_terms", table_name="tip_search", postgresql_using="gin")
    with op.batch_alter_table("tip_search") as table:
        table.add_column(sa.Column("codes", sa.LargeBinary(), server_default=sa.text("''"), nullable=False))
        table.drop_column("terms")
    with op.batch_alter_table("tip_search") as table:
        table.alter_column("codes", server_default=None)
    op.create_index("ix_tip_received", "tip", ["received_at", "id"])


def downgrade() -> None:
    op.drop_index("ix_tip_received", table_name="tip")
    is_postgresql = op.get_bind().dialect.name == "postgresql"
    terms = sa.ARRAY(sa.Integer()) if is_postgresql else sa.Text()
    with op.batch_alter_table("tip_search") as table:
        table.add_column(
            sa.Column("terms", terms, server_default=sa.text("'{}'" if is_postgresql else "'[]'"), nullable=False)
        )
        table.drop_column("codes")
    with op.batch_alter_table("tip_search") as table:
        table.alter_column("terms", server_default=None)
    if is_postgresql:
        op.create_index("ix_tip_search_terms", "tip_search", ["terms"], unique=False, postgresql_using="gin")
    op.create_table(
        "tip_term",
        sa.Column("term", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("tip_id", BIG_ID, autoincrement=False, nullable=False),
        sa.ForeignKeyConstraint(["tip_id"], ["tip.id"], name=op.f("fk_tip_term_tip_id_tip")),
        sa.PrimaryKeyConstraint("term", "tip_id", name=op.f("pk_tip_term")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_tip_term_tip_id"), "tip_term", ["tip_id"], unique=False)
