"""Let a tip be held back from erasing, and let ids of tips and events never come back."""

from __future__ import annotations

import re

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

NEW_KINDS = ("held", "hold-lifted")
NEVER_AGAIN = {"sqlite_autoincrement": True}
"""SQLite would give the id of the newest row, once that is deleted, to the next one; PostgreSQL never does."""


def upgrade() -> None:
    with op.batch_alter_table("tip", table_kwargs=NEVER_AGAIN) as tips:
        tips.add_column(sa.Column("is_held", sa.Boolean(), nullable=False, server_default=sa.false()))
        tips.drop_constraint(op.f("fk_tip_master_id_tip"), type_="foreignkey")
    allow_kinds({*kinds(), *NEW_KINDS}, table_kwargs=NEVER_AGAIN)


def downgrade() -> None:
    """Refuse while a history tells of a hold: the step before does not know such an event."""
    held = op.get_bind().execute(sa.text("SELECT count(*) FROM tip_event WHERE kind IN ('held', 'hold-lifted')"))
    if told := held.scalar():
        raise RuntimeError(f"{told} events tell of holds, which the step before does not know")
    allow_kinds({*kinds()} - {*NEW_KINDS}, table_kwargs={})
    with op.batch_alter_table("tip") as tips:
        tips.drop_column("is_held")
        tips.create_foreign_key(op.f("fk_tip_master_id_tip"), "tip", ["master_id"], ["id"])


def kinds() -> list[str]:
    """Return the kinds that events may have now."""
    checks = sa.inspect(op.get_bind()).get_check_constraints("tip_event")
    spelled = next(str(check["sqltext"]) for check in checks if check["name"] == "ck_tip_event_eventkind")
    return re.findall(r"'([a-z-]+)'", spelled)


def allow_kinds(allowed: set[str], *, table_kwargs: dict[str, bool]) -> None:
    """Let events be of these kinds."""
    with op.batch_alter_table("tip_event", table_kwargs=table_kwargs) as events:
        events.drop_constraint(op.f("ck_tip_event_eventkind"), type_="check")
        events.create_check_constraint(
            op.f("ck_tip_event_eventkind"), "kind IN ({})".format(", ".join(f"'{kind}'" for kind in sorted(allowed)))
        )
