"""Link accounts to a single sign-on, and record what it is used for."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

ACTIONS = tuple(
    """
    tip-opened list-shown searched file-opened identity-opened statistics-shown exported log-read password-accepted
    signed-in confirmed signed-out sign-in-failed factors-changed refused
    """.split()
)
NEW_ACTION = "sign-on-accepted"


def upgrade() -> None:
    op.create_table(
        "sign_on",
        sa.Column("account_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("digest", sa.LargeBinary(32), nullable=False),
        sa.Column("linked_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_sign_on_account_id_account")),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_sign_on")),
        sa.UniqueConstraint("digest", name=op.f("uq_sign_on_digest")),
    )
    allow_actions((*ACTIONS, NEW_ACTION))


def downgrade() -> None:
    """Refuse once a single sign-on was recorded: the record may not be shortened."""
    kept = op.get_bind().execute(
        sa.text("SELECT count(*) FROM access_log WHERE action = :action"), {"action": NEW_ACTION}
    ).scalar()
    if kept:
        raise RuntimeError(f"{kept} accesses are of a kind that the version before does not know")
    allow_actions(ACTIONS)
    op.drop_table("sign_on")


def allow_actions(actions: tuple[str, ...]) -> None:
    """Let accesses be of these kinds."""
    with op.batch_alter_table("access_log") as accesses:
        accesses.drop_constraint(op.f("ck_access_log_accessaction"), type_="check")
        accesses.create_check_constraint(
            op.f("ck_access_log_accessaction"), "action IN ({})".format(", ".join(f"'{name}'" for name in actions))
        )
