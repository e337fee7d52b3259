"""What every service is given: the session to write in, the time, the keys and the rules in force."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from forum.adapters.file_store import FileStore
from forum.adapters.secrets import Secrets
from forum.services.rulebook import Rulebook


@dataclass(frozen=True, slots=True)
class Work:
    """One unit of work. Services never commit: whoever opened the work does."""

    session: Session
    now: datetime
    secrets: Secrets
    rulebook: Rulebook
    files: FileStore
