"""Let tips be erased: what is left of them, who wants it, and what they go on counting for."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
REASONS = "reason IN ('retention', 'order', 'request')"
SPANS = ("response-wall", "response-working", "settlement-wall", "settlement-working")


def upgrade() -> None:
    with op.batch_alter_table("access_log") as log:
        log.drop_constraint(op.f("fk_access_log_tip_id_tip"), type_="foreignkey")
    op.create_table(
        "erasure",
        sa.Column("seq", BIG, autoincrement=False, nullable=False),
        sa.Column("tip_id", BIG, nullable=False),
        sa.Column("number", sa.String(12), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("reason", sa.String(30), nullable=False),
        sa.Column("requested_by", sa.String(60), nullable=False),
        sa.Column("confirmed_by", sa.String(60), nullable=False),
        sa.Column("event_count", sa.Integer(), nullable=False),
        sa.Column("head_mac", sa.LargeBinary(32), nullable=False),
        sa.Column("note_sealed", sa.LargeBinary()),
        sa.Column("mac", sa.LargeBinary(32), nullable=False),
        sa.CheckConstraint(REASONS, name=op.f("ck_erasure_erasurereason")),
        sa.CheckConstraint("requested_by != confirmed_by", name=op.f("ck_erasure_two_persons")),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_erasure")),
        sa.UniqueConstraint("tip_id", name=op.f("uq_erasure_tip_id")),
        sa.UniqueConstraint("number", name=op.f("uq_erasure_number")),
    )
    op.create_table(
        "erasure_request",
        sa.Column("tip_id", BIG, autoincrement=False, nullable=False),
        sa.Column("reason", sa.String(30), nullable=False),
        sa.Column("note_sealed", sa.LargeBinary()),
        sa.Column("requested_by", sa.Integer(), nullable=False),
        sa.Column("requested_at", INSTANT, nullable=False),
        sa.CheckConstraint(REASONS, name=op.f("ck_erasure_request_erasurereason")),
        sa.ForeignKeyConstraint(["tip_id"], ["tip.id"], name=op.f("fk_erasure_request_tip_id_tip")),
        sa.ForeignKeyConstraint(["requested_by"], ["account.id"], name=op.f("fk_erasure_request_requested_by_account")),
        sa.PrimaryKeyConstraint("tip_id", name=op.f("pk_erasure_request")),
    )
    create_counted("erased_count", sa.Column("measure", sa.String(30), nullable=False), key=("measure",))
    spans = "span IN ({})".format(", ".join(f"'{span}'" for span in SPANS))
    create_counted(
        "erased_duration",
        sa.Column("span", sa.String(30), nullable=False),
        sa.Column("bucket", sa.Integer(), autoincrement=False, nullable=False),
        sa.CheckConstraint(spans, name=op.f("ck_erased_duration_span")),
        key=("span", "bucket"),
    )


def downgrade() -> None:
    """Refuse once a tip has been erased: the step before would take the records that name it for damaged."""
    gone = op.get_bind().execute(sa.text("SELECT count(*) FROM erasure")).scalar()
    if gone:
        raise RuntimeError(f"{gone} tips have been erased; what is left of them cannot go down")
    for table in ("erased_duration", "erased_count", "erasure_request", "erasure"):
        op.drop_table(table)
    with op.batch_alter_table("access_log") as log:
        log.create_foreign_key(op.f("fk_access_log_tip_id_tip"), "tip", ["tip_id"], ["id"])


def create_counted(table: str, *columns: sa.Column[object] | sa.CheckConstraint, key: tuple[str, ...]) -> None:
    """Make a table of what is counted by day and heading."""
    op.create_table(
        table,
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("province_code", sa.String(2), nullable=False),
        sa.Column("team_id", sa.Integer(), nullable=False),
        sa.Column("category", sa.String(30), nullable=False),
        sa.Column("kind", sa.String(30), nullable=False),
        sa.Column("granted", sa.String(200), nullable=False),
        *columns,
        sa.Column("amount", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name=op.f(f"fk_{table}_team_id_team")),
        sa.PrimaryKeyConstraint(
            "day", "province_code", "team_id", "category", "kind", "granted", *key, name=op.f(f"pk_{table}")
        ),
    )
