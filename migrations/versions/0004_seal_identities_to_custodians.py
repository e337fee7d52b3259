"""Keep the keys of custodians, to whom identities are sealed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

KINDS = tuple(
    """
    received triaged reclassified sent-to-desk routed accepted assigned responded noted informed asked replied added
    answer-proposed answer-returned answered closed rated reopened duplicated unlinked followed split transferred-out
    declined restricted restriction-lifted deadline-recomputed identity-opened
    """.split()
)
NEW_KIND = "identity-handed-over"
PRESENT = sa.text("retired_at IS NULL")
INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "custody_recovery",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_key", sa.LargeBinary(32), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("retired_at", INSTANT),
        sa.Column("drilled_at", INSTANT),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_custody_recovery")),
    )
    op.create_table(
        "custody_key",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("scope", sa.String(10), nullable=False),
        sa.Column("public_key", sa.LargeBinary(32), nullable=False),
        sa.Column("recovery_id", sa.Integer(), nullable=False),
        sa.Column("recovery_box", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("renewal_due_at", INSTANT),
        sa.Column("retired_at", INSTANT),
        sa.ForeignKeyConstraint(
            ["recovery_id"], ["custody_recovery.id"], name=op.f("fk_custody_key_recovery_id_custody_recovery")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_custody_key")),
    )
    op.create_index(
        "uq_custody_key_present",
        "custody_key",
        ["scope"],
        unique=True,
        postgresql_where=PRESENT,
        sqlite_where=PRESENT,
    )
    op.create_table(
        "custodian_key",
        sa.Column("account_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("public_key", sa.LargeBinary(32), nullable=False),
        sa.Column("locked", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_custodian_key_account_id_account")),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_custodian_key")),
    )
    op.create_table(
        "custody_share",
        sa.Column("key_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("account_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("box", sa.LargeBinary(), nullable=False),
        sa.Column("admitted_by", sa.Integer()),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["key_id"], ["custody_key.id"], name=op.f("fk_custody_share_key_id_custody_key")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_custody_share_account_id_account")),
        sa.ForeignKeyConstraint(["admitted_by"], ["account.id"], name=op.f("fk_custody_share_admitted_by_account")),
        sa.PrimaryKeyConstraint("key_id", "account_id", name=op.f("pk_custody_share")),
    )
    op.create_index(op.f("ix_custody_share_account_id"), "custody_share", ["account_id"])
    with op.batch_alter_table("identity") as identity:
        identity.add_column(sa.Column("custody_key_id", sa.Integer()))
        identity.create_foreign_key(
            op.f("fk_identity_custody_key_id_custody_key"), "custody_key", ["custody_key_id"], ["id"]
        )
        identity.create_index(op.f("ix_identity_custody_key_id"), ["custody_key_id"])
    allow_kinds((*KINDS, NEW_KIND))


def downgrade() -> None:
    """Refuse while identities are sealed to custodians: they could never be opened again."""
    kept = op.get_bind().execute(sa.text("SELECT count(*) FROM identity WHERE custody_key_id IS NOT NULL")).scalar()
    if kept:
        raise RuntimeError(f"{kept} identities are sealed to custodians' keys, which this step would destroy")
    allow_kinds(KINDS)
    with op.batch_alter_table("identity") as identity:
        identity.drop_index(op.f("ix_identity_custody_key_id"))
        identity.drop_constraint(op.f("fk_identity_custody_key_id_custody_key"), type_="foreignkey")
        identity.drop_column("custody_key_id")
    for table in ("custody_share", "custodian_key", "custody_key", "custody_recovery"):
        op.drop_table(table)


def allow_kinds(kinds: tuple[str, ...]) -> None:
    """Let events be of these kinds."""
    with op.batch_alter_table("tip_event") as events:
        events.drop_constraint(op.f("ck_tip_event_eventkind"), type_="check")
        events.create_check_constraint(
            op.f("ck_tip_event_eventkind"), "kind IN ({})".format(", ".join(f"'{kind}'" for kind in kinds))
        )
