"""Before a name is opened, a second person agrees: never the same, never of another province, once, and in time."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from forum.adapters.bindings import event_where
from forum.domain.consent import RequestState
from forum.domain.errors import IllegalMove, InvalidInput, NotFound, NotPermitted
from forum.domain.events import EventKind as E
from forum.domain.permissions import Actor
from forum.domain.submissions import PoliceConcern
from forum.domain.vocabulary import Category, Kind, Priority, Role
from forum.extensions import unit_of_work
from forum.models import IdentityRequest, Tip, TipEventRow
from forum.reports.consent import counts_for, find_request, requests_for
from forum.services import consent, restriction, triage
from forum.services.consent import ConsentMissing, RanOut
from forum.services.identity import open_identity
from forum.services.timeline import events_of, open_key
from forum.services.tips import lock_tip
from forum.services.work import Work
from tests.conftest import fresh_work
from tests.factories import PASSPHRASE, Cast, give_consent, make_actor, make_custodian, send_tip, to_routed

NAME = "Lò Văn Mẫu"
WHY = "Cần mời làm chứng theo yêu cầu"
YES = "Đúng, không còn cách nào khác"
CUSTODIAN = ("14", Role.CUSTODIAN)
WAITS_AT_MOST = 20.0


@pytest.fixture
def asker(work: Work, recovery: str) -> Actor:
    return make_custodian(work, recovery, CUSTODIAN)


@pytest.fixture
def colleague(work: Work) -> Actor:
    return make_actor(work, CUSTODIAN)


def sent(work: Work, **fields: object) -> Tip:
    return lock_tip(work, send_tip(work, name=NAME, **fields).tip_number, make_actor(work, ("14/desk", Role.INTAKE)))


def ask(work: Work, asker: Actor, tip: Tip) -> IdentityRequest:
    return consent.ask(work, asker, tip.number, reason=WHY)


def opens(work: Work, asker: Actor, tip: Tip) -> str:
    return open_identity(work, asker, tip.number, passphrase=PASSPHRASE).name


def kinds(work: Work, tip: Tip) -> list[E]:
    return [event.kind for event in events_of(work.session, tip.id)][1:]


def test_name_is_opened_once_after_a_second_person_has_agreed(work: Work, asker: Actor, colleague: Actor) -> None:
    tip = sent(work)
    with pytest.raises(ConsentMissing):
        open_identity(work, asker, tip.number, passphrase=PASSPHRASE, reason=WHY)
    request = ask(work, asker, tip)
    with pytest.raises(ConsentMissing):
        opens(work, asker, tip)
    consent.decide(work, colleague, request.id, agrees=True, reason=YES)
    assert opens(work, asker, tip) == NAME
    assert request.state is RequestState.OPENED
    assert kinds(work, tip) == [E.IDENTITY_REQUESTED, E.IDENTITY_CONSENTED, E.IDENTITY_OPENED]
    with pytest.raises(ConsentMissing):
        opens(work, asker, tip)


def test_reasons_of_both_are_sealed_in_the_events(work: Work, asker: Actor, colleague: Actor) -> None:
    tip = sent(work)
    consent.decide(work, colleague, ask(work, asker, tip).id, agrees=True, reason=YES)
    rows = work.session.scalars(select(TipEventRow).where(TipEventRow.tip_id == tip.id).order_by(TipEventRow.seq)).all()
    key, vault = open_key(work, tip), work.secrets.vault
    read = [
        vault.unseal_text(key, r.text_sealed or b"", where=event_where(tip.number, r.seq, "text")) for r in rows[1:]
    ]
    assert read == [WHY, YES]
    assert {r.account_id for r in rows[1:]} == {asker.account_id, colleague.account_id}


def test_refusal_opens_nothing_and_leaves_the_way_to_ask_again(work: Work, asker: Actor, colleague: Actor) -> None:
    tip = sent(work)
    consent.decide(work, colleague, ask(work, asker, tip).id, agrees=False, reason="Hãy hỏi qua diễn đàn trước")
    with pytest.raises(ConsentMissing):
        opens(work, asker, tip)
    assert kinds(work, tip) == [E.IDENTITY_REQUESTED, E.IDENTITY_REFUSED]
    assert ask(work, asker, tip).state is RequestState.WAITING
    with pytest.raises(InvalidInput, match="asked already"):
        ask(work, asker, tip)


@pytest.mark.parametrize("words", ["", "ngắn", " " * 20])
def test_both_give_a_reason_in_words(work: Work, asker: Actor, colleague: Actor, words: str) -> None:
    tip = sent(work)
    with pytest.raises(InvalidInput):
        consent.ask(work, asker, tip.number, reason=words)
    request = ask(work, asker, tip)
    for agrees in (True, False):
        with pytest.raises(InvalidInput):
            consent.decide(work, colleague, request.id, agrees=agrees, reason=words)


def test_nobody_agrees_to_what_they_asked_for_themselves(work: Work, recovery: str) -> None:
    both = make_custodian(work, recovery, CUSTODIAN, ("14/PC04", Role.LEAD), ("14", Role.LEAD))
    tip = sent(work)
    request = ask(work, both, tip)
    with pytest.raises(NotPermitted):
        consent.decide(work, both, request.id, agrees=True, reason=YES)
    assert counts_for(work.session, both, now=work.now).to_decide == 0


@pytest.mark.parametrize(
    ("grant", "fault"),
    [
        (("14/desk", Role.INTAKE), NotPermitted),
        (("14/PC04", Role.HANDLER), NotPermitted),
        (("14/PC02", Role.LEAD), NotFound),
        (("15", Role.CUSTODIAN), NotFound),
        (("15", Role.LEAD), NotFound),
        (("14", Role.SUPERVISOR), NotPermitted),
        (("cluster", Role.ADMINISTRATOR), NotPermitted),
        (("cluster", Role.AUDITOR), NotPermitted),
    ],
)
def test_nobody_else_decides_or_knows_of_the_request(
    work: Work, asker: Actor, grant: tuple[str, Role], fault: type[Exception]
) -> None:
    request, stranger = ask(work, asker, sent(work)), make_actor(work, grant)
    with pytest.raises(fault):
        consent.decide(work, stranger, request.id, agrees=True, reason=YES)
    assert find_request(work.session, work.secrets, stranger, request.id, now=work.now) is None
    assert requests_for(work.session, stranger, now=work.now).to_decide == []


def test_custodian_of_another_province_who_may_read_the_tip_does_not_decide(work: Work, asker: Actor) -> None:
    request = ask(work, asker, sent(work))
    reader = make_actor(work, ("15", Role.CUSTODIAN), ("14/desk", Role.INTAKE))
    with pytest.raises(NotPermitted):
        consent.decide(work, reader, request.id, agrees=True, reason=YES)
    assert find_request(work.session, work.secrets, reader, request.id, now=work.now) is None


@pytest.mark.parametrize("grant", [("14/PC04", Role.LEAD), ("14", Role.LEAD), CUSTODIAN])
def test_lead_of_the_unit_and_other_custodians_decide(work: Work, asker: Actor, grant: tuple[str, Role]) -> None:
    tip, decider = to_routed(work, Cast(work), name=NAME), make_actor(work, grant)
    request = ask(work, asker, tip)
    assert [row.id for row in requests_for(work.session, decider, now=work.now).to_decide] == [request.id]
    found = find_request(work.session, work.secrets, decider, request.id, now=work.now)
    assert found is not None
    assert found.reason == WHY
    consent.decide(work, decider, request.id, agrees=True, reason=YES)
    assert opens(work, asker, tip) == NAME


def test_request_about_a_restricted_tip_is_for_its_teams_alone(work: Work, recovery: str) -> None:
    tip_number = send_tip(work, name=NAME, police=PoliceConcern.COMMUNE, police_unit="Công an xã").tip_number
    asker = make_custodian(work, recovery, ("14/TT", Role.CUSTODIAN))
    request = consent.ask(work, asker, tip_number, reason=WHY)
    for stranger in (make_actor(work, CUSTODIAN), make_actor(work, ("14", Role.LEAD))):
        assert counts_for(work.session, stranger, now=work.now).to_decide == 0
        with pytest.raises(NotFound):
            consent.decide(work, stranger, request.id, agrees=True, reason=YES)
    consent.decide(work, make_actor(work, ("14/TT", Role.LEAD)), request.id, agrees=True, reason=YES)


def test_request_and_consent_run_out(work: Work, asker: Actor, colleague: Actor) -> None:
    tip = sent(work)
    request = ask(work, asker, tip)
    span = consent.rule_of(work, tip).span
    later = Work(work.session, work.now + span, work.secrets, work.rulebook, work.files)
    with pytest.raises(RanOut):
        consent.decide(later, colleague, request.id, agrees=True, reason=YES)
    assert counts_for(work.session, colleague, now=later.now).to_decide == 0
    consent.decide(later, colleague, ask(later, asker, tip).id, agrees=True, reason=YES)
    last = Work(work.session, later.now + span - timedelta(seconds=1), work.secrets, work.rulebook, work.files)
    too_late = Work(work.session, later.now + span, work.secrets, work.rulebook, work.files)
    with pytest.raises(ConsentMissing):
        opens(too_late, asker, tip)
    assert opens(last, asker, tip) == NAME


def test_lead_is_told_of_every_opening_until_somebody_else_than_the_opener_takes_note(
    work: Work, asker: Actor, colleague: Actor
) -> None:
    tip, lead = to_routed(work, Cast(work), name=NAME), make_actor(work, ("14/PC04", Role.LEAD))
    give_consent(work, asker, tip.number, colleague)
    assert counts_for(work.session, lead, now=work.now).opened == 0
    opens(work, asker, tip)
    assert counts_for(work.session, lead, now=work.now).opened == 1
    (row,) = requests_for(work.session, lead, now=work.now).opened
    assert (row.number, row.asked_by) == (tip.number, asker.name)
    for other in (asker, colleague, make_actor(work, ("14/PC04", Role.HANDLER))):
        with pytest.raises(NotPermitted):
            consent.take_note(work, other, row.id)
    consent.take_note(work, lead, row.id)
    assert counts_for(work.session, lead, now=work.now).opened == 0
    with pytest.raises(IllegalMove):
        consent.take_note(work, lead, row.id)


def test_opening_that_needed_no_consent_is_told_as_well(work: Work, asker: Actor) -> None:
    tip = sent(work, body="Đèn đường ở ngõ tôi hỏng đã lâu, xin hỏi ai sửa?", category=Category.OTHER)
    assert tip.kind in {Kind.QUESTION, Kind.FEEDBACK}
    with pytest.raises(InvalidInput, match="Nobody else"):
        ask(work, asker, tip)
    with pytest.raises(InvalidInput):
        open_identity(work, asker, tip.number, passphrase=PASSPHRASE)
    assert open_identity(work, asker, tip.number, passphrase=PASSPHRASE, reason=WHY).name == NAME
    lead = make_actor(work, ("14/desk", Role.LEAD))
    (row,) = requests_for(work.session, lead, now=work.now).opened
    found = find_request(work.session, work.secrets, lead, row.id, now=work.now)
    assert found is not None
    assert found.reason == WHY


def test_tip_that_needed_consent_needs_it_for_good_whatever_it_is_called_later(work: Work, recovery: str) -> None:
    alone = make_custodian(work, recovery, CUSTODIAN, ("14/desk", Role.LEAD))
    tip = sent(work)
    assert consent.rule_of(work, tip).needs_consent
    wanted = triage.Classification(Kind.QUESTION, Category.OTHER, Priority.NORMAL, commune_code=tip.commune_code)
    triage.classify(work, alone, tip, wanted)
    assert tip.kind is Kind.QUESTION
    with pytest.raises(ConsentMissing):
        open_identity(work, alone, tip.number, passphrase=PASSPHRASE, reason=WHY)


def test_restriction_that_was_lifted_still_asks_for_consent(work: Work, recovery: str) -> None:
    alone = make_custodian(work, recovery, CUSTODIAN, ("14/desk", Role.CUSTODIAN), ("14/desk", Role.LEAD))
    tip = sent(work, body="Đèn đường ở ngõ tôi hỏng đã lâu, xin hỏi ai sửa?", category=Category.OTHER)
    restriction.restrict(work, alone, tip, restriction=restriction.Restriction.SECURITY, reason="Chờ xác minh")
    assert consent.rule_of(work, tip).needs_consent
    restriction.lift(work, alone, tip, reason="Đã xác minh")
    with pytest.raises(ConsentMissing):
        open_identity(work, alone, tip.number, passphrase=PASSPHRASE, reason=WHY)


def decide_at_once(app: Flask, request_id: int, number: str, *people: tuple[Actor, bool]) -> list[Exception | None]:
    """Let people decide at the same moment; return the refusal that each met, None without one."""
    gate = threading.Barrier(len(people))

    def take(actor: Actor, agrees: bool) -> Exception | None:  # noqa: FBT001 - mapped over pairs
        with app.app_context():
            gate.wait(WAITS_AT_MOST)
            try:
                with unit_of_work() as work:
                    consent.decide(work, actor, request_id, agrees=agrees, reason=YES)
            except Exception as fault:  # noqa: BLE001 - whatever it is, the test says whether it was right
                return fault
            return None

    with ThreadPoolExecutor(len(people)) as pool:
        return [future.result(WAITS_AT_MOST) for future in [pool.submit(take, *person) for person in people]]


@pytest.mark.parametrize("second_agrees", [True, False])
def test_one_of_two_who_decide_at_the_same_moment_is_told_so(app: Flask, recovery: str, second_agrees: bool) -> None:  # noqa: FBT001
    with fresh_work() as work:
        asker, one, other = make_custodian(work, recovery, CUSTODIAN), *(make_actor(work, CUSTODIAN) for _ in range(2))
        number = send_tip(work, name=NAME).tip_number
        request_id = consent.ask(work, asker, number, reason=WHY).id

    refusals = decide_at_once(app, request_id, number, (one, True), (other, second_agrees))

    (refusal,) = [fault for fault in refusals if fault is not None]
    assert isinstance(refusal, IllegalMove)
    with fresh_work() as work:
        tip = lock_tip(work, number, asker)
        assert len(kinds(work, tip)) == 2
        winner = (one, other)[refusals.index(None)]
        assert work.session.get_one(IdentityRequest, request_id).decided_by == winner.account_id
