"""Deciding for which tips a second person must agree before a name is opened; to ask for less takes two."""

from __future__ import annotations

from sqlalchemy import Select, select

from forum.domain.errors import InvalidInput, NotFound
from forum.domain.permissions import Actor, Permission
from forum.domain.vocabulary import Category, Kind, Restriction
from forum.models import ConsentPolicy
from forum.services.setting_events import Subject, record, values_of
from forum.services.settings_policies import LONGEST_SOURCE
from forum.services.settings_texts import filled
from forum.services.work import Work

FEWEST_HOURS, MOST_HOURS = 1, 24 * 30
_KEPT = ("kind", "category", "restriction", "needs_consent", "valid_hours", "source")


def decide_consent(
    work: Work,
    actor: Actor,
    *,
    about: tuple[Kind | None, Category | None, Restriction | None],
    needs_consent: bool,
    valid_hours: int,
    source: str,
) -> bool:
    """Decide for the tips of a kind, category and restriction (None: any); return whether it holds at once.

    Asking for consent holds from now on; doing without waits until another administrator has confirmed it.
    """
    actor.require(Permission.ADMINISTER)
    if not FEWEST_HOURS <= valid_hours <= MOST_HOURS:
        raise InvalidInput(
            "Please write a number of hours from %(least)s to %(most)s.",
            field="valid_hours",
            least=FEWEST_HOURS,
            most=MOST_HOURS,
        )
    kind, category, restriction = (None if part is None else part.value for part in about)
    row = ConsentPolicy(
        kind=kind,
        category=category,
        restriction=restriction,
        needs_consent=needs_consent,
        valid_hours=valid_hours,
        source=filled(source, limit=LONGEST_SOURCE, field="source"),
        proposed_by=actor.account_id,
        proposed_at=work.now,
    )
    for waiting in work.session.scalars(_alike(row).where(ConsentPolicy.since.is_(None)).with_for_update()):
        waiting.until = work.now
    work.session.add(row)
    work.session.flush()
    record(work, actor, subject=Subject.CONSENT, key=str(row.id), after=values_of(row, *_KEPT, "proposed_at"))
    if needs_consent:
        _put_in_force(work, actor, row)
    return needs_consent


def confirm_consent(work: Work, actor: Actor, policy_id: int) -> None:
    """Put in force, as another administrator, what somebody proposed."""
    row = _waiting(work, actor, policy_id)
    if row.proposed_by == actor.account_id:
        raise InvalidInput("You have proposed this: another administrator confirms it.")
    row.confirmed_by = actor.account_id
    _put_in_force(work, actor, row)


def drop_consent(work: Work, actor: Actor, policy_id: int) -> None:
    """Refuse, or take back, what was proposed and holds not yet."""
    row = _waiting(work, actor, policy_id)
    row.until = work.now
    record(work, actor, subject=Subject.CONSENT, key=str(row.id), after=values_of(row, "until"))


def _put_in_force(work: Work, actor: Actor, row: ConsentPolicy) -> None:
    """Let a decision hold from now on, and the one before it no longer."""
    for old in work.session.scalars(_alike(row).where(ConsentPolicy.since.is_not(None)).with_for_update()):
        old.until = work.now
        record(work, actor, subject=Subject.CONSENT, key=str(old.id), after=values_of(old, "until"))
    row.since = work.now
    record(work, actor, subject=Subject.CONSENT, key=str(row.id), after=values_of(row, "since"))


def _alike(row: ConsentPolicy) -> Select[ConsentPolicy]:
    """Return the query of those about the same tips that are not over."""
    return select(ConsentPolicy).where(
        ConsentPolicy.kind.is_not_distinct_from(row.kind),
        ConsentPolicy.category.is_not_distinct_from(row.category),
        ConsentPolicy.restriction.is_not_distinct_from(row.restriction),
        ConsentPolicy.until.is_(None),
    )


def _waiting(work: Work, actor: Actor, policy_id: int) -> ConsentPolicy:
    actor.require(Permission.ADMINISTER)
    row = work.session.get(ConsentPolicy, policy_id, with_for_update=True)
    if row is None or row.since is not None or row.until is not None:
        raise NotFound
    return row
