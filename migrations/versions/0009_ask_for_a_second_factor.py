"""Keep second factors, and when a session last proved one."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

ACTIONS = tuple(
    """
    tip-opened list-shown searched file-opened identity-opened statistics-shown exported log-read signed-in signed-out
    sign-in-failed refused
    """.split()
)
NEW_ACTIONS = ("password-accepted", "confirmed", "factors-changed")
INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Whoever is signed in gives a second factor at the next page, or sets one up."""
    op.create_table(
        "totp",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("uid", sa.String(32), nullable=False),
        sa.Column("secret_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("last_step", sa.BigInteger()),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("confirmed_at", INSTANT),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_totp_account_id_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_totp")),
        sa.UniqueConstraint("uid", name=op.f("uq_totp_uid")),
    )
    op.create_index(op.f("ix_totp_account_id"), "totp", ["account_id"])
    op.create_table(
        "passkey",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("credential_id", sa.LargeBinary(1023), nullable=False),
        sa.Column("public_key", sa.LargeBinary(), nullable=False),
        sa.Column("sign_count", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.String(60), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("used_at", INSTANT),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_passkey_account_id_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_passkey")),
        sa.UniqueConstraint("credential_id", name=op.f("uq_passkey_credential_id")),
    )
    op.create_index(op.f("ix_passkey_account_id"), "passkey", ["account_id"])
    op.create_table(
        "recovery_code",
        sa.Column("digest", sa.LargeBinary(32), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_recovery_code_account_id_account")),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_recovery_code")),
    )
    op.create_index(op.f("ix_recovery_code_account_id"), "recovery_code", ["account_id"])
    with op.batch_alter_table("sign_in_session") as sessions:
        sessions.add_column(sa.Column("proved_at", INSTANT))
        sessions.add_column(sa.Column("challenge", sa.LargeBinary(32)))
    allow_actions((*ACTIONS, *NEW_ACTIONS))


def downgrade() -> None:
    """Refuse once something of the new kinds was recorded: the record may not be shortened."""
    names = ", ".join(f"'{action}'" for action in NEW_ACTIONS)
    kept = op.get_bind().execute(sa.text(f"SELECT count(*) FROM access_log WHERE action IN ({names})")).scalar()  # noqa: S608 - constants
    if kept:
        raise RuntimeError(f"{kept} accesses are of kinds that the version before does not know")
    allow_actions(ACTIONS)
    with op.batch_alter_table("sign_in_session") as sessions:
        sessions.drop_column("challenge")
        sessions.drop_column("proved_at")
    for table in ("recovery_code", "passkey", "totp"):
        op.drop_table(table)


def allow_actions(actions: tuple[str, ...]) -> None:
    """Let accesses be of these kinds."""
    with op.batch_alter_table("access_log") as accesses:
        accesses.drop_constraint(op.f("ck_access_log_accessaction"), type_="check")
        accesses.create_check_constraint(
            op.f("ck_access_log_accessaction"), "action IN ({})".format(", ".join(f"'{name}'" for name in actions))
        )
