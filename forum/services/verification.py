"""The results of verifications, kept in the access log under the program's own chain."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from forum.domain.permissions import Actor
from forum.models import AccessAction
from forum.models.access_log import PROGRAM
from forum.services.access_log import record
from forum.services.work import Work


@dataclass(frozen=True, slots=True)
class Verified:
    """What a verification walked, and how many faults it found."""

    tips: int
    faults: int
    is_full: bool
    checkpoints: int = 0
    """How many signed checkpoints the records were compared with."""


def keep_result(work: Work, result: Verified, *, by: Actor | None) -> None:
    """Record a verification; None stands for an operator at the command line."""
    data = {"log": "integrity", "by": by.account_id if by else None, **asdict(result)}
    record(work, AccessAction.LOG_READ, account_id=PROGRAM, data=data)
