"""Accounts: what an administrator can do to others, never to themselves, and what one person must not hold."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from forum.adapters.passwords import verify_password
from forum.domain.appointments import ROLE_HOMES, check_appointment
from forum.domain.errors import InvalidInput, NotFound, NotPermitted
from forum.domain.vocabulary import Role, TeamKind
from forum.models import Account, Membership, SettingEvent
from forum.models.base import canonical_json
from forum.services import settings_accounts as service
from tests.factories import make_account, make_actor, team_id

STEPS = [service.close_account, service.reopen_account, service.reset_password]


@pytest.fixture
def administrator(work):
    return make_actor(work, ("cluster", Role.ADMINISTRATOR))


def test_an_account_can_be_opened_with_a_password_that_is_kept_nowhere(work, administrator):
    opened = service.open_account(work, administrator, username=" An.Nguyen ", display_name="Nguyễn Văn An")
    account = work.session.get_one(Account, opened.account_id)
    assert account.username == "an.nguyen"
    assert account.must_change_password
    assert verify_password(account.password_hash, opened.password)
    recorded = canonical_json([row.data for row in work.session.scalars(select(SettingEvent))])
    assert opened.password not in recorded
    assert account.password_hash not in recorded


def test_sessions_end_and_an_event_is_left_when_an_account_is_changed(work, administrator):
    account = make_account(work)
    versions = [account.session_version]
    service.close_account(work, administrator, account.id)
    assert not account.is_active
    versions.append(account.session_version)
    service.reopen_account(work, administrator, account.id)
    assert account.is_active
    versions.append(account.session_version)
    old_hash = account.password_hash
    password = service.reset_password(work, administrator, account.id).password
    assert verify_password(account.password_hash, password)
    assert account.password_hash != old_hash
    versions.append(account.session_version)
    service.end_sessions(work, administrator, account.id)
    versions.append(account.session_version)
    assert versions == sorted(set(versions))
    events = work.session.scalars(select(SettingEvent).where(SettingEvent.subject_key == account.username)).all()
    assert len(events) == 4
    assert {event.account_id for event in events} == {administrator.account_id}


def test_a_role_can_be_given_and_ended_at_once_when_it_exists_there(work, administrator):
    account = make_account(work)
    before = account.session_version
    service.appoint(work, administrator, account.id, team_id=team_id(work, "14/PC04"), role=Role.HANDLER)
    membership = work.session.scalars(select(Membership).where(Membership.account_id == account.id)).one()
    assert account.session_version == before + 1
    service.dismiss(work, administrator, account.id, membership.id)
    assert membership.ended_at == work.now
    assert account.session_version == before + 2
    with pytest.raises(NotFound):
        service.dismiss(work, administrator, account.id, membership.id)


@pytest.mark.parametrize("step", STEPS)
def test_no_administrator_changes_their_own_account(work, administrator, step):
    with pytest.raises(InvalidInput, match="another administrator"):
        step(work, administrator, administrator.account_id)


def test_no_administrator_gives_themselves_a_role(work, administrator):
    with pytest.raises(InvalidInput, match="another administrator"):
        service.appoint(
            work, administrator, administrator.account_id, team_id=team_id(work, "14/desk"), role=Role.INTAKE
        )


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.ADMINISTRATOR])
def test_nobody_without_the_right_changes_accounts(work, role):
    other = make_account(work)
    actor = make_actor(work, ("cluster", role))
    for change in (*STEPS, service.end_sessions):
        with pytest.raises(NotPermitted):
            change(work, actor, other.id)
    with pytest.raises(NotPermitted):
        service.open_account(work, actor, username="x", display_name="X")
    with pytest.raises(NotPermitted):
        service.appoint(work, actor, other.id, team_id=team_id(work, "cluster"), role=Role.ADMINISTRATOR)


READING = [Role.INTAKE, Role.HANDLER, Role.LEAD, Role.CUSTODIAN]


@pytest.mark.parametrize(
    ("role", "held"),
    [
        *((Role.ADMINISTRATOR, held) for held in (*READING, Role.AUDITOR)),
        *((Role.AUDITOR, held) for held in (*READING, Role.ADMINISTRATOR)),
    ],
)
def test_nobody_may_hold_both_roles_when_one_watches_or_rules_the_other(role, held):
    for first, second in ((role, held), (held, role)):
        with pytest.raises(InvalidInput, match="another account"):
            check_appointment(first, TeamKind.CLUSTER_DESK, [second])


def test_administrators_and_auditors_belong_to_the_cluster_alone():
    for role in (Role.ADMINISTRATOR, Role.AUDITOR):
        assert ROLE_HOMES[role] == {TeamKind.CLUSTER_DESK}
    with pytest.raises(InvalidInput, match="does not exist in such a team"):
        check_appointment(Role.ADMINISTRATOR, TeamKind.PROVINCE, [])
    check_appointment(Role.SUPERVISOR, TeamKind.CLUSTER_DESK, [Role.ADMINISTRATOR])
