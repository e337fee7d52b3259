"""Create the facts of days and months, and the indexes from which the figures of today come."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op


revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

MEASURES = (
    "received",
    "arrived",
    "entered",
    "left_team",
    "open_delta",
    "overdue_delta",
    "first_responses",
    "answered",
    "settled",
    "settled_on_time",
    "settled_with_deadline",
    "closed",
    "founded",
    "valuable",
    "grassroots",
    "cases",
    "offenders",
    "reopened",
    "rated",
    "solved",
    "score_sum",
)
OWED = sa.text("status NOT IN ('answered', 'closed', 'transferred-out', 'declined')")
RUNNING = sa.text("settled_at IS NULL")


def upgrade() -> None:
    op.create_table(
        "closed_day",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("built_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_closed_day")),
    )
    op.create_table(
        "day_fact",
        *day_heading(),
        *measures(),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name=op.f("fk_day_fact_team_id_team")),
        sa.PrimaryKeyConstraint(
            "day", "province_code", "team_id", "category", "kind", "granted", name=op.f("pk_day_fact")
        ),
    )
    op.create_table(
        "day_duration",
        *day_heading(),
        span(),
        sa.Column("bucket", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("amount", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name=op.f("fk_day_duration_team_id_team")),
        sa.PrimaryKeyConstraint(
            "day",
            "province_code",
            "team_id",
            "category",
            "kind",
            "granted",
            "span",
            "bucket",
            name=op.f("pk_day_duration"),
        ),
    )
    op.create_table(
        "month_fact",
        *month_heading(),
        *measures(),
        sa.PrimaryKeyConstraint(
            "level",
            "facet",
            "team_id",
            "province_code",
            "month",
            "value",
            "granted",
            name=op.f("pk_month_fact"),
        ),
    )
    op.create_table(
        "month_duration",
        *month_heading(),
        span(),
        sa.Column("buckets", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint(
            "level",
            "facet",
            "team_id",
            "province_code",
            "month",
            "value",
            "granted",
            "span",
            name=op.f("pk_month_duration"),
        ),
    )
    op.create_index(
        "ix_tip_owed",
        "tip",
        ["province_code", "team_id", "received_at"],
        postgresql_where=OWED,
        sqlite_where=OWED,
    )
    op.create_index(
        "ix_tip_running_due", "tip", ["citizen_due_at"], postgresql_where=RUNNING, sqlite_where=RUNNING
    )


def downgrade() -> None:
    op.drop_index("ix_tip_running_due", table_name="tip")
    op.drop_index("ix_tip_owed", table_name="tip")
    for table in ("month_duration", "month_fact", "day_duration", "day_fact", "closed_day"):
        op.drop_table(table)


def measures() -> list[sa.Column[int]]:
    return [sa.Column(name, sa.Integer(), nullable=False) for name in MEASURES]


def day_heading() -> list[sa.Column[object]]:
    return [
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("province_code", sa.String(length=2), nullable=False),
        sa.Column("team_id", sa.Integer(), nullable=False),
        sa.Column("category", sa.String(length=30), nullable=False),
        sa.Column("kind", sa.String(length=30), nullable=False),
        sa.Column("granted", sa.String(length=200), nullable=False),
    ]


def month_heading() -> list[sa.Column[object]]:
    return [
        sa.Column("level", choice("level", "cluster", "province", "team"), nullable=False),
        sa.Column("facet", choice("facet", "all", "category", "kind"), nullable=False),
        sa.Column("team_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("province_code", sa.String(length=2), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("value", sa.String(length=30), nullable=False),
        sa.Column("granted", sa.String(length=200), nullable=False),
    ]


def span() -> sa.Column[str]:
    words = ("response-wall", "response-working", "settlement-wall", "settlement-working")
    return sa.Column("span", choice("span", *words), nullable=False)


def choice(name: str, *words: str) -> sa.Enum:
    return sa.Enum(*words, name=name, native_enum=False, create_constraint=True, length=30)
