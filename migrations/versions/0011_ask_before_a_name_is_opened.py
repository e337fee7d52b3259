"""Keep requests to open who sent a tip, and for which tips a second person must agree."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

KINDS = tuple(
    """
    received triaged reclassified sent-to-desk routed accepted assigned responded noted informed asked replied added
    answer-proposed answer-returned answered closed rated reopened duplicated unlinked followed split transferred-out
    declined restricted restriction-lifted deadline-recomputed identity-opened identity-handed-over
    """.split()
)
NEW_KINDS = ("identity-requested", "identity-consented", "identity-refused")
WAITING = sa.text("state = 'waiting'")
UNSEEN = sa.text("state = 'opened' AND seen_at IS NULL")
INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "consent_policy",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(30)),
        sa.Column("category", sa.String(30)),
        sa.Column("restriction", sa.String(30)),
        sa.Column("needs_consent", sa.Boolean(), nullable=False),
        sa.Column("valid_hours", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(300), nullable=False),
        sa.Column("proposed_by", sa.Integer()),
        sa.Column("proposed_at", INSTANT, nullable=False),
        sa.Column("confirmed_by", sa.Integer()),
        sa.Column("since", INSTANT),
        sa.Column("until", INSTANT),
        sa.CheckConstraint(
            "needs_consent OR since IS NULL OR proposed_by IS NULL OR confirmed_by IS NOT NULL",
            name=op.f("ck_consent_policy_two"),
        ),
        sa.CheckConstraint("confirmed_by IS NULL OR confirmed_by <> proposed_by", name=op.f("ck_consent_policy_other")),
        sa.ForeignKeyConstraint(["proposed_by"], ["account.id"], name=op.f("fk_consent_policy_proposed_by_account")),
        sa.ForeignKeyConstraint(["confirmed_by"], ["account.id"], name=op.f("fk_consent_policy_confirmed_by_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consent_policy")),
    )
    op.create_table(
        "identity_request",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("tip_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("scope", sa.String(10), nullable=False),
        sa.Column("asked_by", sa.Integer(), nullable=False),
        sa.Column("asked_seq", sa.Integer(), nullable=False),
        sa.Column("asked_at", INSTANT, nullable=False),
        sa.Column("state", sa.String(30), nullable=False),
        sa.Column("expires_at", INSTANT, nullable=False),
        sa.Column("decided_by", sa.Integer()),
        sa.Column("decided_at", INSTANT),
        sa.Column("opened_at", INSTANT),
        sa.Column("seen_by", sa.Integer()),
        sa.Column("seen_at", INSTANT),
        sa.CheckConstraint(
            "state IN ('waiting', 'consented', 'refused', 'opened')", name=op.f("ck_identity_request_requeststate")
        ),
        sa.CheckConstraint("decided_by <> asked_by", name=op.f("ck_identity_request_other")),
        sa.CheckConstraint("seen_by <> asked_by", name=op.f("ck_identity_request_seen_by_other")),
        sa.CheckConstraint(
            "(decided_by IS NULL) = (decided_at IS NULL)", name=op.f("ck_identity_request_decided")
        ),
        sa.ForeignKeyConstraint(["tip_id"], ["tip.id"], name=op.f("fk_identity_request_tip_id_tip")),
        sa.ForeignKeyConstraint(["asked_by"], ["account.id"], name=op.f("fk_identity_request_asked_by_account")),
        sa.ForeignKeyConstraint(["decided_by"], ["account.id"], name=op.f("fk_identity_request_decided_by_account")),
        sa.ForeignKeyConstraint(["seen_by"], ["account.id"], name=op.f("fk_identity_request_seen_by_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_identity_request")),
        sa.UniqueConstraint("tip_id", "asked_seq", name=op.f("uq_identity_request_tip_id_asked_seq")),
    )
    op.create_index(op.f("ix_identity_request_asked_by"), "identity_request", ["asked_by"])
    op.create_index(
        "ix_identity_request_waiting",
        "identity_request",
        ["expires_at"],
        postgresql_where=WAITING,
        sqlite_where=WAITING,
    )
    op.create_index(
        "ix_identity_request_unseen",
        "identity_request",
        ["opened_at"],
        postgresql_where=UNSEEN,
        sqlite_where=UNSEEN,
    )
    allow_kinds((*KINDS, *NEW_KINDS))


def downgrade() -> None:
    """Refuse while the history of a tip holds what the old version could not read."""
    asked = sa.text("SELECT count(*) FROM tip_event WHERE kind LIKE 'identity-%' AND kind NOT IN "
                    "('identity-opened', 'identity-handed-over')")
    kept = op.get_bind().execute(asked).scalar()
    if kept:
        raise RuntimeError(f"{kept} events tell of requests to open a name, which no earlier version can read")
    allow_kinds(KINDS)
    op.drop_table("identity_request")
    op.drop_table("consent_policy")


def allow_kinds(kinds: tuple[str, ...]) -> None:
    """Let events be of these kinds."""
    with op.batch_alter_table("tip_event") as events:
        events.drop_constraint(op.f("ck_tip_event_eventkind"), type_="check")
        events.create_check_constraint(
            op.f("ck_tip_event_eventkind"), "kind IN ({})".format(", ".join(f"'{kind}'" for kind in kinds))
        )
