"""Create the tables."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op


revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "account",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("username", sa.String(length=60), nullable=False),
        sa.Column("display_name", sa.String(length=120), nullable=False),
        sa.Column("password_hash", sa.String(length=200), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("must_change_password", sa.Boolean(), nullable=False),
        sa.Column("session_version", sa.Integer(), nullable=False),
        sa.Column("theme", sa.String(length=10), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account")),
        sa.UniqueConstraint("username", name=op.f("uq_account_username")),
    )
    op.create_table(
        "approval_policy",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=30), nullable=False),
        sa.Column("team_kind", sa.String(length=30), nullable=True),
        sa.Column("needs_approval", sa.Boolean(), nullable=False),
        sa.Column("source", sa.String(length=300), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_approval_policy")),
        sa.UniqueConstraint("kind", "team_kind", name=op.f("uq_approval_policy_kind_team_kind")),
    )
    op.create_table(
        "calendar_day",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("name_vi", sa.String(length=160), nullable=False),
        sa.Column("source", sa.String(length=300), nullable=False),
        sa.Column("is_verified", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_calendar_day")),
    )
    op.create_table(
        "department",
        sa.Column("code", sa.String(length=20), nullable=False),
        sa.Column("name_vi", sa.String(length=160), nullable=False),
        sa.Column("name_en", sa.String(length=160), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_department")),
    )
    op.create_table(
        "outbox",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("payload", sa.Text(), nullable=False),
        sa.Column("available_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("failure", sa.String(length=60), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox")),
    )
    op.create_index(
        "ix_outbox_pending",
        "outbox",
        ["available_at", "id"],
        unique=False,
        postgresql_where=sa.text("done_at IS NULL"),
        sqlite_where=sa.text("done_at IS NULL"),
    )
    op.create_table(
        "policy",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("clock", sa.String(length=30), nullable=False),
        sa.Column("kind", sa.String(length=30), nullable=True),
        sa.Column("team_kind", sa.String(length=30), nullable=True),
        sa.Column("priority", sa.String(length=30), nullable=True),
        sa.Column("is_remote", sa.Boolean(), nullable=True),
        sa.Column("amount", sa.Integer(), nullable=False),
        sa.Column("unit", sa.String(length=30), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("source", sa.String(length=300), nullable=False),
        sa.Column("is_verified", sa.Boolean(), nullable=False),
        sa.Column("name_vi", sa.String(length=200), nullable=False),
        sa.Column("name_en", sa.String(length=200), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_policy")),
    )
    op.create_table(
        "province",
        sa.Column("code", sa.String(length=2), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("name_full", sa.String(length=120), nullable=False),
        sa.Column("latitude", sa.Float(), nullable=True),
        sa.Column("longitude", sa.Float(), nullable=True),
        sa.Column("is_in_cluster", sa.Boolean(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_province")),
    )
    op.create_table(
        "routing_rule",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("live_from", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_routing_rule")),
    )
    op.create_index(op.f("ix_routing_rule_version_number"), "routing_rule", ["version", "number"], unique=True)
    op.create_table(
        "tag",
        sa.Column("code", sa.String(length=30), nullable=False),
        sa.Column("name_vi", sa.String(length=100), nullable=False),
        sa.Column("name_en", sa.String(length=100), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_tag")),
    )
    op.create_table(
        "throttle",
        sa.Column("digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("blocked_until", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_throttle")),
    )
    op.create_index(op.f("ix_throttle_blocked_until"), "throttle", ["blocked_until"], unique=False)
    op.create_table(
        "category",
        sa.Column("code", sa.String(length=30), nullable=False),
        sa.Column("name_vi", sa.String(length=120), nullable=False),
        sa.Column("name_en", sa.String(length=120), nullable=False),
        sa.Column("hint_vi", sa.String(length=200), nullable=False),
        sa.Column("hint_en", sa.String(length=200), nullable=False),
        sa.Column("pictogram", sa.String(length=40), nullable=False),
        sa.Column("default_department", sa.String(length=20), nullable=True),
        sa.Column("sort", sa.Integer(), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["default_department"], ["department.code"], name=op.f("fk_category_default_department_department")
        ),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_category")),
    )
    op.create_table(
        "cluster_lead",
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("lead_province_code", sa.String(length=2), nullable=False),
        sa.Column("deputy_province_code", sa.String(length=2), nullable=False),
        sa.ForeignKeyConstraint(
            ["deputy_province_code"], ["province.code"], name=op.f("fk_cluster_lead_deputy_province_code_province")
        ),
        sa.ForeignKeyConstraint(
            ["lead_province_code"], ["province.code"], name=op.f("fk_cluster_lead_lead_province_code_province")
        ),
        sa.PrimaryKeyConstraint("valid_from", name=op.f("pk_cluster_lead")),
    )
    op.create_table(
        "commune",
        sa.Column("code", sa.String(length=5), nullable=False),
        sa.Column("province_code", sa.String(length=2), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("name_full", sa.String(length=120), nullable=False),
        sa.Column("latitude", sa.Float(), nullable=True),
        sa.Column("longitude", sa.Float(), nullable=True),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["province_code"], ["province.code"], name=op.f("fk_commune_province_code_province")),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_commune")),
    )
    op.create_index(op.f("ix_commune_province_code"), "commune", ["province_code"], unique=False)
    op.create_table(
        "setting_event",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("subject", sa.String(length=40), nullable=False),
        sa.Column("subject_key", sa.String(length=60), nullable=False),
        sa.Column("data", sa.Text(), nullable=False),
        sa.Column("mac", sa.LargeBinary(length=32), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_setting_event_account_id_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_setting_event")),
        sa.UniqueConstraint("seq", name=op.f("uq_setting_event_seq")),
    )
    op.create_index(op.f("ix_setting_event_subject"), "setting_event", ["subject"], unique=False)
    op.create_table(
        "team",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "cluster-desk",
                "province",
                "intake-desk",
                "department",
                "inspectorate",
                "commune-police",
                name="teamkind",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=False,
        ),
        sa.Column("name_vi", sa.String(length=200), nullable=False),
        sa.Column("name_en", sa.String(length=200), nullable=False),
        sa.Column("province_code", sa.String(length=2), nullable=True),
        sa.Column("commune_code", sa.String(length=5), nullable=True),
        sa.Column("department_code", sa.String(length=20), nullable=True),
        sa.Column("parent_id", sa.Integer(), nullable=True),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["commune_code"], ["commune.code"], name=op.f("fk_team_commune_code_commune")),
        sa.ForeignKeyConstraint(
            ["department_code"], ["department.code"], name=op.f("fk_team_department_code_department")
        ),
        sa.ForeignKeyConstraint(["parent_id"], ["team.id"], name=op.f("fk_team_parent_id_team")),
        sa.ForeignKeyConstraint(["province_code"], ["province.code"], name=op.f("fk_team_province_code_province")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_team")),
        sa.UniqueConstraint("code", name=op.f("uq_team_code")),
    )
    op.create_index(op.f("ix_team_commune_code"), "team", ["commune_code"], unique=False)
    op.create_index(op.f("ix_team_parent_id"), "team", ["parent_id"], unique=False)
    op.create_index(op.f("ix_team_province_code_kind"), "team", ["province_code", "kind"], unique=False)
    op.create_table(
        "membership",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("team_id", sa.Integer(), nullable=False),
        sa.Column(
            "role",
            sa.Enum(
                "intake",
                "handler",
                "lead",
                "supervisor",
                "custodian",
                "administrator",
                "auditor",
                name="role",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=False,
        ),
        sa.Column("granted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_membership_account_id_account")),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name=op.f("fk_membership_team_id_team")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_membership")),
    )
    op.create_index(op.f("ix_membership_team_id"), "membership", ["team_id"], unique=False)
    op.create_index(
        "uq_membership_current",
        "membership",
        ["account_id", "team_id", "role"],
        unique=True,
        postgresql_where=sa.text("ended_at IS NULL"),
        sqlite_where=sa.text("ended_at IS NULL"),
    )
    op.create_table(
        "team_successor",
        sa.Column("team_id", sa.Integer(), nullable=False),
        sa.Column("successor_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["successor_id"], ["team.id"], name=op.f("fk_team_successor_successor_id_team")),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name=op.f("fk_team_successor_team_id_team")),
        sa.PrimaryKeyConstraint("team_id", "successor_id", name=op.f("pk_team_successor")),
    )
    op.create_table(
        "tip",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("number", sa.String(length=12), nullable=False),
        sa.Column("receipt_digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("receipt_key_id", sa.String(length=40), nullable=False),
        sa.Column("receipt_kept_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("kek_id", sa.String(length=40), nullable=False),
        sa.Column("wrapped_key", sa.LargeBinary(), nullable=False),
        sa.Column("head_mac", sa.LargeBinary(length=32), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "received",
                "triaged",
                "routed",
                "accepted",
                "in-progress",
                "waiting-for-citizen",
                "answered",
                "closed",
                "duplicate",
                "transferred-out",
                "declined",
                "reopened",
                name="status",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=False,
        ),
        sa.Column(
            "channel",
            sa.Enum(
                "web",
                "qr",
                "zalo",
                "hotline",
                "letter",
                "in-person",
                name="channel",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=False,
        ),
        sa.Column(
            "kind",
            sa.Enum(
                "crime-report",
                "feedback",
                "petition",
                "complaint",
                "denunciation",
                "question",
                "praise",
                name="kind",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=False,
        ),
        sa.Column(
            "category",
            sa.Enum(
                "drugs",
                "crime",
                "online",
                "trafficking-border",
                "traffic",
                "economy-environment",
                "weapons-fireworks",
                "fire",
                "residence-id",
                "security",
                "public-order",
                "police-conduct",
                "other",
                name="category",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=False,
        ),
        sa.Column(
            "priority",
            sa.Enum(
                "low", "normal", "high", "urgent", name="priority", native_enum=False, create_constraint=True, length=30
            ),
            nullable=False,
        ),
        sa.Column("tags", sa.Text(), nullable=False),
        sa.Column("province_code", sa.String(length=2), nullable=True),
        sa.Column("commune_code", sa.String(length=5), nullable=True),
        sa.Column("is_about_police", sa.Boolean(), nullable=False),
        sa.Column("team_id", sa.Integer(), nullable=False),
        sa.Column("responder_team_id", sa.Integer(), nullable=True),
        sa.Column("assignee_id", sa.Integer(), nullable=True),
        sa.Column(
            "restriction",
            sa.Enum(
                "police-conduct",
                "formal-way",
                "security",
                name="restriction",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=True,
        ),
        sa.Column("master_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("citizen_due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("citizen_policy_id", sa.Integer(), nullable=True),
        sa.Column("team_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("team_due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("team_policy_id", sa.Integer(), nullable=True),
        sa.Column("responder_due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("waiting_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("first_response_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reopened_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reopened_count", sa.Integer(), nullable=False),
        sa.Column("queue_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("is_answer_pending", sa.Boolean(), nullable=False),
        sa.Column("founded", sa.Boolean(), nullable=True),
        sa.Column("valuable", sa.Boolean(), nullable=True),
        sa.Column("grassroots", sa.Boolean(), nullable=True),
        sa.Column("cases", sa.Integer(), nullable=False),
        sa.Column("offenders", sa.Integer(), nullable=False),
        sa.Column("is_solved", sa.Boolean(), nullable=True),
        sa.Column("score", sa.Integer(), nullable=True),
        sa.Column("event_count", sa.Integer(), nullable=False),
        sa.CheckConstraint("(status = 'closed') = (closed_at IS NOT NULL)", name=op.f("ck_tip_closed_at")),
        sa.CheckConstraint(
            "(status = 'waiting-for-citizen') = (waiting_since IS NOT NULL)", name=op.f("ck_tip_waiting")
        ),
        sa.CheckConstraint(
            "queue_at IS NOT NULL OR status IN ('closed', 'transferred-out', 'declined', 'duplicate')",
            name=op.f("ck_tip_owed_has_a_clock"),
        ),
        sa.CheckConstraint(
            "status != 'closed' OR (founded IS NOT NULL AND valuable IS NOT NULL)", name=op.f("ck_tip_outcome")
        ),
        sa.CheckConstraint(
            "status != 'declined' OR kind != 'crime-report'", name=op.f("ck_tip_crime_report_never_declined")
        ),
        sa.CheckConstraint("status != 'duplicate' OR master_id IS NOT NULL", name=op.f("ck_tip_master")),
        sa.CheckConstraint(
            "status NOT IN ('answered', 'closed', 'transferred-out', 'declined') OR settled_at IS NOT NULL",
            name=op.f("ck_tip_settled"),
        ),
        sa.CheckConstraint("cases >= 0 AND offenders >= 0", name=op.f("ck_tip_counts")),
        sa.CheckConstraint("score IS NULL OR score BETWEEN 1 AND 5", name=op.f("ck_tip_score")),
        sa.ForeignKeyConstraint(["assignee_id"], ["account.id"], name=op.f("fk_tip_assignee_id_account")),
        sa.ForeignKeyConstraint(["citizen_policy_id"], ["policy.id"], name=op.f("fk_tip_citizen_policy_id_policy")),
        sa.ForeignKeyConstraint(["commune_code"], ["commune.code"], name=op.f("fk_tip_commune_code_commune")),
        sa.ForeignKeyConstraint(["master_id"], ["tip.id"], name=op.f("fk_tip_master_id_tip")),
        sa.ForeignKeyConstraint(["province_code"], ["province.code"], name=op.f("fk_tip_province_code_province")),
        sa.ForeignKeyConstraint(["responder_team_id"], ["team.id"], name=op.f("fk_tip_responder_team_id_team")),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name=op.f("fk_tip_team_id_team")),
        sa.ForeignKeyConstraint(["team_policy_id"], ["policy.id"], name=op.f("fk_tip_team_policy_id_policy")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tip")),
        sa.UniqueConstraint("number", name=op.f("uq_tip_number")),
        sa.UniqueConstraint("receipt_digest", name=op.f("uq_tip_receipt_digest")),
    )
    op.create_index(op.f("ix_tip_master_id"), "tip", ["master_id"], unique=False)
    op.create_index(
        "ix_tip_province_queue",
        "tip",
        ["province_code", "queue_at", "id"],
        unique=False,
        postgresql_where=sa.text("queue_at IS NOT NULL"),
        sqlite_where=sa.text("queue_at IS NOT NULL"),
    )
    op.create_index("ix_tip_province_received", "tip", ["province_code", "received_at", "id"], unique=False)
    op.create_index(
        "ix_tip_responder_queue",
        "tip",
        ["responder_team_id", "queue_at", "id"],
        unique=False,
        postgresql_where=sa.text("queue_at IS NOT NULL"),
        sqlite_where=sa.text("queue_at IS NOT NULL"),
    )
    op.create_index(
        "ix_tip_team_queue",
        "tip",
        ["team_id", "queue_at", "id"],
        unique=False,
        postgresql_where=sa.text("queue_at IS NOT NULL"),
        sqlite_where=sa.text("queue_at IS NOT NULL"),
    )
    op.create_index("ix_tip_team_received", "tip", ["team_id", "received_at", "id"], unique=False)
    op.create_table(
        "access_log",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("chain", sa.Integer(), nullable=False),
        sa.Column("seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "action",
            sa.Enum(
                "tip-opened",
                "list-shown",
                "searched",
                "file-opened",
                "identity-opened",
                "statistics-shown",
                "exported",
                "log-read",
                "signed-in",
                "signed-out",
                "sign-in-failed",
                "refused",
                name="accessaction",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=False,
        ),
        sa.Column("tip_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("data", sa.Text(), nullable=False),
        sa.Column("words_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("mac", sa.LargeBinary(length=32), nullable=False),
        sa.ForeignKeyConstraint(["tip_id"], ["tip.id"], name=op.f("fk_access_log_tip_id_tip")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_access_log")),
        sa.UniqueConstraint("chain", "seq", name=op.f("uq_access_log_chain_seq")),
    )
    op.create_index(op.f("ix_access_log_at"), "access_log", ["at"], unique=False)
    op.create_index(op.f("ix_access_log_tip_id"), "access_log", ["tip_id"], unique=False)
    op.create_table(
        "attachment",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("uid", sa.String(length=32), nullable=False),
        sa.Column("tip_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("event_seq", sa.Integer(), nullable=False),
        sa.Column("storage_key", sa.String(length=80), nullable=False),
        sa.Column("file_key_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("name_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("media_type", sa.String(length=60), nullable=False),
        sa.Column("size_bytes", sa.Integer(), nullable=False),
        sa.Column("is_public", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["tip_id"], ["tip.id"], name=op.f("fk_attachment_tip_id_tip")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attachment")),
        sa.UniqueConstraint("storage_key", name=op.f("uq_attachment_storage_key")),
        sa.UniqueConstraint("uid", name=op.f("uq_attachment_uid")),
    )
    op.create_index(op.f("ix_attachment_tip_id"), "attachment", ["tip_id"], unique=False)
    op.create_table(
        "identity",
        sa.Column("tip_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("scope", sa.String(length=10), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["tip_id"], ["tip.id"], name=op.f("fk_identity_tip_id_tip")),
        sa.PrimaryKeyConstraint("tip_id", name=op.f("pk_identity")),
    )
    op.create_table(
        "notice_address",
        sa.Column("tip_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["tip_id"], ["tip.id"], name=op.f("fk_notice_address_tip_id_tip")),
        sa.PrimaryKeyConstraint("tip_id", name=op.f("pk_notice_address")),
    )
    op.create_table(
        "tip_event",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("tip_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "received",
                "triaged",
                "reclassified",
                "sent-to-desk",
                "routed",
                "accepted",
                "assigned",
                "responded",
                "noted",
                "informed",
                "asked",
                "replied",
                "added",
                "answer-proposed",
                "answer-returned",
                "answered",
                "closed",
                "rated",
                "reopened",
                "duplicated",
                "unlinked",
                "followed",
                "split",
                "transferred-out",
                "declined",
                "restricted",
                "restriction-lifted",
                "deadline-recomputed",
                "identity-opened",
                name="eventkind",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=False,
        ),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "actor_kind",
            sa.Enum(
                "citizen", "officer", "system", name="actorkind", native_enum=False, create_constraint=True, length=30
            ),
            nullable=False,
        ),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("team_id", sa.Integer(), nullable=True),
        sa.Column("data", sa.Text(), nullable=False),
        sa.Column("text_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("folded_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("mac", sa.LargeBinary(length=32), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_tip_event_account_id_account")),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name=op.f("fk_tip_event_team_id_team")),
        sa.ForeignKeyConstraint(["tip_id"], ["tip.id"], name=op.f("fk_tip_event_tip_id_tip")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tip_event")),
        sa.UniqueConstraint("tip_id", "seq", name=op.f("uq_tip_event_tip_id_seq")),
    )
    op.create_index(op.f("ix_tip_event_at"), "tip_event", ["at"], unique=False)
    op.create_table(
        "tip_grant",
        sa.Column("tip_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("team_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name=op.f("fk_tip_grant_team_id_team")),
        sa.ForeignKeyConstraint(["tip_id"], ["tip.id"], name=op.f("fk_tip_grant_tip_id_tip")),
        sa.PrimaryKeyConstraint("tip_id", "team_id", name=op.f("pk_tip_grant")),
    )
    op.create_index(op.f("ix_tip_grant_team_id"), "tip_grant", ["team_id"], unique=False)
    op.create_table(
        "tip_search",
        sa.Column("tip_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("scope", sa.String(length=10), nullable=False),
        sa.Column("key_id", sa.String(length=40), nullable=False),
        sa.Column("terms", sa.ARRAY(sa.Integer()).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["tip_id"], ["tip.id"], name=op.f("fk_tip_search_tip_id_tip")),
        sa.PrimaryKeyConstraint("tip_id", name=op.f("pk_tip_search")),
    )
    if op.get_bind().dialect.name == "postgresql":
        op.create_index("ix_tip_search_terms", "tip_search", ["terms"], unique=False, postgresql_using="gin")
    op.create_table(
        "tip_term",
        sa.Column("term", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("tip_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.ForeignKeyConstraint(["tip_id"], ["tip.id"], name=op.f("fk_tip_term_tip_id_tip")),
        sa.PrimaryKeyConstraint("term", "tip_id", name=op.f("pk_tip_term")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_tip_term_tip_id"), "tip_term", ["tip_id"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_tip_term_tip_id"), table_name="tip_term")
    op.drop_table("tip_term")
    if op.get_bind().dialect.name == "postgresql":
        op.drop_index("ix_tip_search_terms", table_name="tip_search", postgresql_using="gin")
    op.drop_table("tip_search")
    op.drop_index(op.f("ix_tip_grant_team_id"), table_name="tip_grant")
    op.drop_table("tip_grant")
    op.drop_index(op.f("ix_tip_event_at"), table_name="tip_event")
    op.drop_table("tip_event")
    op.drop_table("notice_address")
    op.drop_table("identity")
    op.drop_index(op.f("ix_attachment_tip_id"), table_name="attachment")
    op.drop_table("attachment")
    op.drop_index(op.f("ix_access_log_tip_id"), table_name="access_log")
    op.drop_index(op.f("ix_access_log_at"), table_name="access_log")
    op.drop_table("access_log")
    op.drop_index("ix_tip_team_received", table_name="tip")
    op.drop_index(
        "ix_tip_team_queue",
        table_name="tip",
        postgresql_where=sa.text("queue_at IS NOT NULL"),
        sqlite_where=sa.text("queue_at IS NOT NULL"),
    )
    op.drop_index(
        "ix_tip_responder_queue",
        table_name="tip",
        postgresql_where=sa.text("queue_at IS NOT NULL"),
        sqlite_where=sa.text("queue_at IS NOT NULL"),
    )
    op.drop_index("ix_tip_province_received", table_name="tip")
    op.drop_index(
        "ix_tip_province_queue",
        table_name="tip",
        postgresql_where=sa.text("queue_at IS NOT NULL"),
        sqlite_where=sa.text("queue_at IS NOT NULL"),
    )
    op.drop_index(op.f("ix_tip_master_id"), table_name="tip")
    op.drop_table("tip")
    op.drop_table("team_successor")
    op.drop_index(
        "uq_membership_current",
        table_name="membership",
        postgresql_where=sa.text("ended_at IS NULL"),
        sqlite_where=sa.text("ended_at IS NULL"),
    )
    op.drop_index(op.f("ix_membership_team_id"), table_name="membership")
    op.drop_table("membership")
    op.drop_index(op.f("ix_team_province_code_kind"), table_name="team")
    op.drop_index(op.f("ix_team_parent_id"), table_name="team")
    op.drop_index(op.f("ix_team_commune_code"), table_name="team")
    op.drop_table("team")
    op.drop_index(op.f("ix_setting_event_subject"), table_name="setting_event")
    op.drop_table("setting_event")
    op.drop_index(op.f("ix_commune_province_code"), table_name="commune")
    op.drop_table("commune")
    op.drop_table("cluster_lead")
    op.drop_table("category")
    op.drop_index(op.f("ix_throttle_blocked_until"), table_name="throttle")
    op.drop_table("throttle")
    op.drop_table("tag")
    op.drop_index(op.f("ix_routing_rule_version_number"), table_name="routing_rule")
    op.drop_table("routing_rule")
    op.drop_table("province")
    op.drop_table("policy")
    op.drop_index(
        "ix_outbox_pending",
        table_name="outbox",
        postgresql_where=sa.text("done_at IS NULL"),
        sqlite_where=sa.text("done_at IS NULL"),
    )
    op.drop_table("outbox")
    op.drop_table("department")
    op.drop_table("calendar_day")
    op.drop_table("approval_policy")
    op.drop_table("account")
