"""Classifying a tip at the desk, and correcting the class later."""

from __future__ import annotations

from dataclasses import dataclass

from forum.domain.errors import InvalidInput
from forum.domain.events import EventKind
from forum.domain.lifecycle import AT_DESK
from forum.domain.permissions import Actor, Permission
from forum.domain.vocabulary import Category, Kind, Priority
from forum.models import Commune, Tip
from forum.services.desk_clocks import reclassified_clocks
from forum.services.officers import officer
from forum.services.timeline import move
from forum.services.work import Work

MOST_TAGS = 10


@dataclass(frozen=True, slots=True)
class Classification:
    """What the desk says a tip is."""

    kind: Kind
    category: Category
    priority: Priority
    tags: tuple[str, ...] = ()
    commune_code: str | None = None


def classify(work: Work, actor: Actor, tip: Tip, wanted: Classification) -> None:
    """Set kind, category, priority, tags and commune; the citizen's deadline follows the kind.

    The commune must lie in the tip's province: another province is reached by sending the tip there.
    """
    by = officer(actor, tip, Permission.TRIAGE, Permission.HANDLE)
    unknown = [tag for tag in wanted.tags if tag not in work.rulebook.tags]
    if unknown or len(wanted.tags) > MOST_TAGS:
        raise InvalidInput("Please choose at most %(most)s tags of the list.", field="tags", most=MOST_TAGS)
    changes: dict[str, object] = {
        "kind": wanted.kind,
        "category": wanted.category,
        "priority": wanted.priority,
        "tags": tuple(sorted(set(wanted.tags))),
        "commune_code": _commune_in(work, tip, wanted.commune_code),
        **reclassified_clocks(work, tip, kind=wanted.kind, priority=wanted.priority),
    }
    kind = EventKind.TRIAGED if tip.status in AT_DESK else EventKind.RECLASSIFIED
    move(work, tip, kind, by, changes=changes)


def _commune_in(work: Work, tip: Tip, code: str | None) -> str | None:
    if code is None:
        return None
    commune = work.session.get(Commune, code)
    if commune is None or commune.province_code != tip.province_code:
        raise InvalidInput("Please choose a commune of this province.", field="commune")
    return code
