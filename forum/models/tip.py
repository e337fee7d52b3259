"""The row of a tip: the fold of its events, kept for queues; nothing in it can be read as text."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    false,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from forum.domain.lifecycle import Status
from forum.domain.vocabulary import Category, Channel, Kind, Priority, Restriction
from forum.models.base import Base, CanonicalJson, UtcDateTime
from forum.models.enum_type import by_value

BigId = BigInteger().with_variant(Integer, "sqlite")
QUEUED = text("queue_at IS NOT NULL")
OWED = text("status NOT IN ('answered', 'closed', 'transferred-out', 'declined')")
"""The citizen is still owed an answer; spelled out so that the planner finds the partial index."""
RUNNING = text("settled_at IS NULL")
GIVEN = text("assignee_id IS NOT NULL AND queue_at IS NOT NULL")
TO_CLOSE = text("status = 'answered'")
FOR_LEAD = text("is_answer_pending OR status = 'reopened'")
FOR_LEAD_SQLITE = text("is_answer_pending = 1 OR status = 'reopened'")
"""As SQLAlchemy spells it there: SQLite takes a partial index for its very words only."""


class Tip(Base):
    """A tip. Columns named as in `TipState` are written by `services.timeline.move` alone.

    An id is never given twice, as the records go on naming a tip that was erased; so does `master_id`.
    """

    __tablename__ = "tip"
    __table_args__ = (
        CheckConstraint("(status = 'closed') = (closed_at IS NOT NULL)", name="closed_at"),
        CheckConstraint("status != 'closed' OR (founded IS NOT NULL AND valuable IS NOT NULL)", name="outcome"),
        CheckConstraint("(status = 'waiting-for-citizen') = (waiting_since IS NOT NULL)", name="waiting"),
        CheckConstraint("status != 'duplicate' OR master_id IS NOT NULL", name="master"),
        CheckConstraint(
            "status NOT IN ('answered', 'closed', 'transferred-out', 'declined') OR settled_at IS NOT NULL",
            name="settled",
        ),
        CheckConstraint("status != 'declined' OR kind != 'crime-report'", name="crime_report_never_declined"),
        CheckConstraint("score IS NULL OR score BETWEEN 1 AND 5", name="score"),
        CheckConstraint(
            "queue_at IS NOT NULL OR status IN ('closed', 'transferred-out', 'declined', 'duplicate')",
            name="owed_has_a_clock",
        ),
        CheckConstraint("cases >= 0 AND offenders >= 0", name="counts"),
        Index("ix_tip_team_queue", "team_id", "queue_at", "id", postgresql_where=QUEUED, sqlite_where=QUEUED),
        Index(
            "ix_tip_responder_queue",
            "responder_team_id",
            "queue_at",
            "id",
            postgresql_where=QUEUED,
            sqlite_where=QUEUED,
        ),
        Index("ix_tip_province_queue", "province_code", "queue_at", "id", postgresql_where=QUEUED, sqlite_where=QUEUED),
        Index("ix_tip_assignee_queue", "assignee_id", "queue_at", "id", postgresql_where=GIVEN, sqlite_where=GIVEN),
        Index(
            "ix_tip_lead_queue", "team_id", "queue_at", "id", postgresql_where=FOR_LEAD, sqlite_where=FOR_LEAD_SQLITE
        ),
        Index("ix_tip_to_close", "team_id", "queue_at", "id", postgresql_where=TO_CLOSE, sqlite_where=TO_CLOSE),
        Index("ix_tip_received", "received_at", "id"),
        Index("ix_tip_province_received", "province_code", "received_at", "id"),
        Index("ix_tip_team_received", "team_id", "received_at", "id"),
        Index("ix_tip_owed", "province_code", "team_id", "received_at", postgresql_where=OWED, sqlite_where=OWED),
        Index("ix_tip_running_due", "citizen_due_at", postgresql_where=RUNNING, sqlite_where=RUNNING),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    number: Mapped[str] = mapped_column(String(12), unique=True)
    receipt_digest: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    receipt_key_id: Mapped[str] = mapped_column(String(40))
    receipt_kept_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    kek_id: Mapped[str] = mapped_column(String(40))
    wrapped_key: Mapped[bytes] = mapped_column(LargeBinary)
    head_mac: Mapped[bytes] = mapped_column(LargeBinary(32))

    status: Mapped[Status] = mapped_column(by_value(Status))
    channel: Mapped[Channel] = mapped_column(by_value(Channel))
    kind: Mapped[Kind] = mapped_column(by_value(Kind))
    category: Mapped[Category] = mapped_column(by_value(Category))
    priority: Mapped[Priority] = mapped_column(by_value(Priority))
    tags: Mapped[list[str]] = mapped_column(CanonicalJson, default=list)
    province_code: Mapped[str | None] = mapped_column(ForeignKey("province.code"))
    commune_code: Mapped[str | None] = mapped_column(ForeignKey("commune.code"))
    is_about_police: Mapped[bool] = mapped_column(Boolean, default=False)
    is_held: Mapped[bool] = mapped_column(Boolean, default=False, server_default=false())
    team_id: Mapped[int] = mapped_column(ForeignKey("team.id"))
    responder_team_id: Mapped[int | None] = mapped_column(ForeignKey("team.id"))
    assignee_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    restriction: Mapped[Restriction | None] = mapped_column(by_value(Restriction))
    master_id: Mapped[int | None] = mapped_column(BigId, index=True)

    received_at: Mapped[datetime] = mapped_column(UtcDateTime)
    citizen_due_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    citizen_policy_id: Mapped[int | None] = mapped_column(ForeignKey("policy.id"))
    team_since: Mapped[datetime | None] = mapped_column(UtcDateTime)
    team_due_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    team_policy_id: Mapped[int | None] = mapped_column(ForeignKey("policy.id"))
    responder_due_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    waiting_since: Mapped[datetime | None] = mapped_column(UtcDateTime)
    first_response_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    settled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    reopened_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    reopened_count: Mapped[int] = mapped_column(Integer, default=0)
    queue_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    is_answer_pending: Mapped[bool] = mapped_column(Boolean, default=False)

    founded: Mapped[bool | None] = mapped_column(Boolean)
    valuable: Mapped[bool | None] = mapped_column(Boolean)
    grassroots: Mapped[bool | None] = mapped_column(Boolean)
    cases: Mapped[int] = mapped_column(Integer, default=0)
    offenders: Mapped[int] = mapped_column(Integer, default=0)
    is_solved: Mapped[bool | None] = mapped_column(Boolean)
    score: Mapped[int | None] = mapped_column(Integer)
    event_count: Mapped[int] = mapped_column(Integer)
