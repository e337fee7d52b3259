"""A part of a mixed tip is a tip of its own, with the whole's place, limits and day of receipt."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from forum.domain.errors import InvalidInput, NotPermitted
from forum.domain.submissions import PoliceConcern
from forum.domain.text import parse_query
from forum.domain.vocabulary import Category, Kind, Priority, Role
from forum.models import NoticeAddress, Tip
from forum.reports.search import search
from forum.reports.tip_rows import Filters
from forum.services import splitting
from forum.services.routing import text_of
from forum.services.submission import submit
from forum.services.timeline import state_of
from forum.services.tips import lock_tip
from forum.services.triage import Classification
from forum.services.work import Work
from tests.conftest import FixedClock, fresh_work
from tests.factories import Cast, make_actor, make_submission, send_tip

LIGHT = Classification(Kind.FEEDBACK, Category.TRAFFIC, Priority.LOW)


def part_of(work: Work, number: str) -> Tip:
    return work.session.scalars(select(Tip).where(Tip.number == number)).one()


def test_part_keeps_place_team_and_the_legal_deadline_of_the_whole(app: object, clock: FixedClock) -> None:
    with fresh_work() as work:
        desk = make_actor(work, ("14/desk", Role.INTAKE))
        number = send_tip(work, place="gần trạm y tế").tip_number
    clock.now += timedelta(days=3)
    with fresh_work() as work:
        whole = lock_tip(work, number, desk)
        part = part_of(work, splitting.split(work, desk, whole, text="Đèn đường hỏng.", wanted=LIGHT))
        assert (part.team_id, part.commune_code) == (whole.team_id, whole.commune_code)
        assert text_of(work, part).place == "gần trạm y tế"
        assert part.citizen_due_at is not None
        assert part.citizen_due_at < work.now + timedelta(days=14)
        assert part.received_at == whole.received_at
        assert list(splitting.parts_of(work.session, whole)) == [part]


def test_part_of_a_restricted_tip_is_restricted_alike(work: Work) -> None:
    inspector = make_actor(work, ("14/TT", Role.LEAD))
    whole = lock_tip(work, send_tip(work, police=PoliceConcern.COMMUNE).tip_number, inspector)
    part = part_of(work, splitting.split(work, inspector, whole, text="Việc khác.", wanted=LIGHT))
    assert state_of(work.session, part).granted_team_ids == state_of(work.session, whole).granted_team_ids
    assert part.restriction is whole.restriction


def test_part_tells_of_news_at_the_address_of_the_whole(work: Work) -> None:
    desk = Cast(work).desk
    sent = submit(work, make_submission(notice_address="ba.con@example.com"))
    whole = lock_tip(work, sent.tip_number, desk)
    part = part_of(work, splitting.split(work, desk, whole, text="Đèn đường hỏng.", wanted=LIGHT))
    assert work.session.get(NoticeAddress, part.id) is not None


def test_split_is_for_desk_and_lead_only(work: Work) -> None:
    cast = Cast(work)
    whole = lock_tip(work, send_tip(work).tip_number, cast.desk)
    with pytest.raises(NotPermitted):
        splitting.split(work, cast.handler, whole, text="Việc khác.", wanted=LIGHT)


def test_split_stops_after_five_parts_and_at_parts(work: Work) -> None:
    desk = Cast(work).desk
    whole = lock_tip(work, send_tip(work).tip_number, desk)
    numbers = [splitting.split(work, desk, whole, text=f"Việc thứ {n}.", wanted=LIGHT) for n in range(5)]
    for tip in (whole, lock_tip(work, numbers[0], desk)):
        with pytest.raises(InvalidInput):
            splitting.split(work, desk, tip, text="Nữa.", wanted=LIGHT)


def test_part_is_found_by_its_words_without_their_marks(work: Work) -> None:
    desk = Cast(work).desk
    whole = lock_tip(work, send_tip(work).tip_number, desk)
    number = splitting.split(work, desk, whole, text="Đèn ĐƯỜNG hỏng mấy hôm nay.", wanted=LIGHT)
    for words in ("den duong", '"ĐÈN đường hỏng"'):
        found = search(work.session, work.secrets, desk, parse_query(words), filters=Filters())
        assert [row.number for row in found.rows] == [number]
