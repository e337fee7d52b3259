"""Rights that open much: given by one administrator, in force once another has confirmed them."""

from __future__ import annotations

from sqlalchemy import select

from forum.domain.appointments import check_appointment
from forum.domain.errors import InvalidInput, NotFound
from forum.domain.permissions import Actor, Permission
from forum.domain.powers import CONFIRMED_WITHIN, GrantOutcome, power_of
from forum.domain.vocabulary import Role
from forum.models import Account, Membership, PendingGrant, Team
from forum.services import accounts
from forum.services.setting_events import Subject, record, values_of
from forum.services.work import Work


def propose(work: Work, actor: Actor, account: Account, *, team_id: int, role: Role) -> PendingGrant:
    """Let a right wait for a second administrator; raise InvalidInput when it waits already."""
    for waiting in work.session.scalars(
        select(PendingGrant)
        .where(
            PendingGrant.account_id == account.id,
            PendingGrant.team_id == team_id,
            PendingGrant.role == role,
            PendingGrant.outcome.is_(None),
        )
        .with_for_update()
    ):
        if waiting.expires_at > work.now:
            raise InvalidInput("This right waits for a second administrator already.", field="role")
        _settle(work, actor, waiting, GrantOutcome.EXPIRED, decided_by=None)
    grant = PendingGrant(
        account_id=account.id,
        team_id=team_id,
        role=role,
        proposed_by=actor.account_id,
        proposed_at=work.now,
        expires_at=work.now + CONFIRMED_WITHIN,
    )
    work.session.add(grant)
    work.session.flush()
    team = work.session.get_one(Team, team_id)
    said = {"account": account.username, "team": team.code, "role": role, "until": grant.expires_at}
    record(work, actor, subject=Subject.GRANT, key=str(grant.id), after=said)
    return grant


def confirm(work: Work, actor: Actor | None, grant_id: int) -> int:
    """Put a right in force, as another administrator than the one who gave it; return the account that has it now.

    No actor stands for an operator at the console. Raise InvalidInput for what concerns the actor, what they gave
    themselves, what has run out, and what must not be held together with roles given meanwhile.
    """
    grant, account = _waiting(work, actor, grant_id)
    if actor is not None and grant.proposed_by == actor.account_id:
        raise InvalidInput("You have given this right: another administrator confirms it.")
    if grant.expires_at <= work.now:
        raise InvalidInput("This has run out. Please give the right anew, if it is still needed.")
    team = work.rulebook.teams.get(grant.team_id)
    if not team.is_valid(work.rulebook.on):
        raise InvalidInput("This team does not exist today. Please choose another.", field="team")
    held = select(Membership.role).where(Membership.account_id == account.id, Membership.ended_at.is_(None))
    check_appointment(grant.role, team.kind, work.session.scalars(held))
    decided_by = actor.account_id if actor else None
    _settle(work, actor, grant, GrantOutcome.CONFIRMED, decided_by=decided_by)
    accounts.grant(work, actor, account, team_id=team.id, role=grant.role)
    return account.id


def refuse(work: Work, actor: Actor, grant_id: int) -> int:
    """Refuse a right, or take back what one gave; return the account that does not get it."""
    grant, account = _waiting(work, actor, grant_id)
    outcome = GrantOutcome.WITHDRAWN if grant.proposed_by == actor.account_id else GrantOutcome.REFUSED
    _settle(work, actor, grant, outcome, decided_by=actor.account_id)
    return account.id


def require_weak(work: Work, account: Account) -> None:
    """Raise InvalidInput for an account that may do much: who could sign in with it would have its rights alone."""
    held = work.session.execute(
        select(Membership.role, Team.kind)
        .join(Team, Team.id == Membership.team_id)
        .where(Membership.account_id == account.id, Membership.ended_at.is_(None))
    )
    if any(power_of(role, kind) is not None for role, kind in held):
        raise InvalidInput("This account may do much: only the operator, at the console, gives it another password.")


def _waiting(work: Work, actor: Actor | None, grant_id: int) -> tuple[PendingGrant, Account]:
    """Return a right that waits, locked with its account: who decides at the same moment waits here."""
    if actor is not None:
        actor.require(Permission.ADMINISTER)
    grant = work.session.get(PendingGrant, grant_id, with_for_update=True, populate_existing=True)
    if grant is None or grant.outcome is not None:
        raise NotFound
    if actor is not None and grant.account_id == actor.account_id:
        raise InvalidInput("Your own account is for another administrator to change.")
    return grant, work.session.get_one(Account, grant.account_id, with_for_update=True)


def _settle(
    work: Work, actor: Actor | None, grant: PendingGrant, outcome: GrantOutcome, *, decided_by: int | None
) -> None:
    before = values_of(grant, "outcome")
    grant.outcome, grant.decided_by, grant.decided_at = outcome, decided_by, work.now
    work.session.flush()
    record(work, actor, subject=Subject.GRANT, key=str(grant.id), before=before, after=values_of(grant, "outcome"))
