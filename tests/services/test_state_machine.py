"""Random courses of tips, legal and illegal, by the right people and by wrong ones, over nights, Tết and new year.

Whatever is tried: a refusal is a DomainError that changes nothing, what the rules allow is not refused, and after
every step each tip holds what `tip_audit` asks of it. `FORUM_TEST_EFFORT=full` tries many more and longer courses.
"""

from __future__ import annotations

import os
from datetime import datetime, timedelta

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import initialize, precondition, rule, run_state_machine_as_test

from forum.domain.consent import RequestState
from forum.domain.events import EventKind as E
from forum.domain.lifecycle import AT_DESK, FINAL, Status
from forum.domain.submissions import PoliceConcern
from forum.domain.vocabulary import Category, Kind, Priority, Restriction, Role
from forum.domain.working_time import VN
from forum.extensions import unit_of_work
from forum.services import (
    consent,
    conversation,
    duplicates,
    handling,
    identity,
    restriction,
    routing,
    transfers,
    triage,
)
from tests.factories import PASSPHRASE
from tests.services.tip_courses import MOST_TIPS, WHO, TipCourses, begin_courses

COURSES, STEPS = (500, 50) if os.environ.get("FORUM_TEST_EFFORT") == "full" else (30, 25)

BODIES = (
    "Cuối bản có người lạ tụ tập bán ma túy vào ban đêm, bà con rất lo.",
    "Cảm ơn các chú công an xã đã giúp bà tôi làm căn cước.",
    "Tôi làm đơn tố cáo ông trưởng thôn ăn chặn tiền hỗ trợ.",
    "Có nhóm lạ tụ tập truyền đạo trái phép, xúi bà con bỏ nương rẫy.",
    "Cán bộ công an xã vòi tiền khi tôi làm giấy tạm trú.",
    "Đèn đường hỏng đã hai tháng, tối đi học rất nguy hiểm.",
)
PLACES = (("14", "04048"), ("15", None), (None, None))
BEGINNINGS = (
    "2026-11-24T09:00",  # a day off of this year only
    "2026-05-29T16:59",  # a minute before a weekend
    "2026-12-31T23:30",  # half an hour before another year
    "2027-02-03T15:00",  # the last working day before Tết
    "2026-08-21T08:00",  # the day before a worked Saturday
)
SPANS = (
    timedelta(0),
    timedelta(minutes=20),
    timedelta(hours=3),
    timedelta(hours=15),  # over a night
    timedelta(days=3),  # over a weekend
    timedelta(days=9),  # over Tết
    timedelta(days=40),
)
GOALS = ("14/PC04", "14/PC02", "14/TT", "14/PA02", "14/desk", "14/04048", "15/PC08", "15/desk", "14", "cluster")
which = st.integers(0, MOST_TIPS - 1)
who = st.sampled_from(WHO)
steps = st.lists(st.tuples(st.integers(0, 4), st.sampled_from(SPANS)), min_size=3, max_size=10)

# The usual next steps from each state: chance alone hardly ever comes as far as an answer.
FORWARD: dict[Status, tuple[tuple[str, dict[str, object]], ...]] = {
    Status.RECEIVED: (
        ("classify", {"kind": Kind.CRIME_REPORT, "priority": Priority.NORMAL}),
        ("classify", {"kind": Kind.FEEDBACK, "priority": Priority.URGENT}),
        ("route_as_suggested", {}),
        ("route_elsewhere", {"goal": "14/PC04", "reason": "Đúng phần việc"}),
        ("send_to_desk", {"goal": "15"}),
    ),
    Status.TRIAGED: (
        ("route_as_suggested", {}),
        ("accept", {}),
        ("route_elsewhere", {"goal": "14/PC02", "reason": "Đúng phần việc"}),
        ("link", {"master": 0}),
    ),
    Status.ROUTED: (("accept", {}), ("accept", {}), ("respond", {}), ("transfer", {"goal": "14/TT"})),
    Status.ACCEPTED: (
        ("assign", {"is_member": True}),
        ("ask", {"text": "Mấy giờ ạ?"}),
        ("answer", {}),
        ("approve", {}),
    ),
    Status.IN_PROGRESS: (("ask", {"text": "Ở đâu ạ?"}), ("answer", {}), ("approve", {}), ("return_answer", {})),
    Status.WAITING: (("write", {}), ("write", {}), ("answer", {}), ("approve", {})),
    Status.ANSWERED: (
        ("close", {"cases": 1}),
        ("close", {"cases": 0}),
        ("rate", {"is_solved": False, "score": 1}),
        ("rate", {"is_solved": True, "score": 5}),
    ),
    Status.CLOSED: (("rate", {"is_solved": False, "score": 2}), ("rate", {"is_solved": True, "score": 4})),
    Status.REOPENED: (("accept", {}), ("accept", {}), ("route_as_suggested", {}), ("note", {})),
    Status.DUPLICATE: (("write", {}), ("unlink", {}), ("answer", {}), ("note", {})),
    Status.TRANSFERRED_OUT: (("note", {}),),
    Status.DECLINED: (("note", {}),),
}
BY_CITIZEN = frozenset({"write", "rate"})


class Courses(TipCourses):
    """All that people do to a tip."""

    @initialize(beginning=st.sampled_from(BEGINNINGS), body=st.sampled_from(BODIES), choices=steps)
    def begin(self, beginning, body, choices) -> None:
        self.clock.now = datetime.fromisoformat(beginning).replace(tzinfo=VN)
        self.hand_in(body=body, category=None)
        self._go_on(0, choices, by="lead")

    @precondition(lambda self: len(self.receipts) < MOST_TIPS)
    @rule(
        body=st.sampled_from(BODIES),
        place=st.sampled_from(PLACES),
        police=st.sampled_from(PoliceConcern),
        category=st.none() | st.sampled_from(Category),
    )
    def submit(self, body, place, police, category) -> None:
        self.hand_in(body=body, province_code=place[0], commune_code=place[1], police=police, category=category)

    @rule(at=which, choices=steps)
    def go_on_by_lead(self, at, choices) -> None:
        self._go_on(at, choices, by="lead")

    @rule(at=which, choices=steps)
    def go_on_by_handler(self, at, choices) -> None:
        self._go_on(at, choices, by="handler")

    @precondition(lambda self: len(self.receipts) < MOST_TIPS)
    @rule(place=st.sampled_from(PLACES[:2]), choices=steps)
    def hand_in_twin(self, place, choices) -> None:
        self.hand_in(body=BODIES[0], province_code=place[0], commune_code=place[1])
        self.link(at=len(self.receipts) - 1, by="province", master=0)
        self._go_on(0, choices, by="lead")

    def _go_on(self, at, choices, *, by) -> None:
        for choice, span in choices:
            self.clock.now += span
            usual = FORWARD[self.standing(at).status]
            name, named = usual[choice % len(usual)]
            getattr(self, name)(at=at, **({} if name in BY_CITIZEN else {"by": by}), **named)
            self.every_tip_is_whole()

    @rule(span=st.sampled_from(SPANS))
    def wait(self, span) -> None:
        self.clock.now += span

    @rule(at=which, by=who, kind=st.sampled_from(Kind), priority=st.sampled_from(Priority))
    def classify(self, at, by, kind, priority) -> None:
        before = self.standing(at)
        wanted = triage.Classification(kind, before.tip.category, priority, commune_code=before.tip.commune_code)
        events = {E.TRIAGED if before.status in AT_DESK else E.RECLASSIFIED}
        self.officer_tries("classify", before, by, events, triage.classify, wanted)

    @rule(at=which, by=who)
    def route_as_suggested(self, at, by) -> None:
        events = {E.ROUTED, E.SENT_TO_DESK, E.RESTRICTED}
        self.officer_tries("route", self.standing(at), by, events, routing.route_tip, when=None)

    @rule(at=which, by=who, goal=st.sampled_from(GOALS), reason=st.sampled_from(("", "Đúng phần việc")))
    def route_elsewhere(self, at, by, goal, reason) -> None:
        before, team_id, responder = self.standing(at), self.team_id(goal), self.team_id("14/04048")
        is_near = goal.startswith(f"{before.tip.province_code}/")
        self.officer_tries(
            "route",
            before,
            by,
            {E.ROUTED, E.SENT_TO_DESK, E.RESTRICTED},
            routing.route_tip,
            when=None if is_near else False,
            team_id=team_id,
            responder_id=responder,
            reason=reason,
        )

    @rule(at=which, by=who, goal=st.sampled_from(GOALS))
    def transfer(self, at, by, goal) -> None:
        before, team_id = self.standing(at), self.team_id(goal)
        is_near = goal.startswith(f"{before.tip.province_code}/") and team_id != before.tip.team_id
        is_exposed = goal.endswith("/desk") and before.tip.restriction is not None
        self.officer_tries(
            "transfer",
            before,
            by,
            {E.SENT_TO_DESK if goal.endswith("/desk") else E.ROUTED},
            transfers.transfer,
            when=is_near and not is_exposed,
            team_id=team_id,
            reason="Không thuộc phần việc của đơn vị",
        )

    @rule(at=which, by=who, goal=st.sampled_from(("14", "15", "99", None)))
    def send_to_desk(self, at, by, goal) -> None:
        before = self.standing(at)
        desk = self.team_id(f"{goal}/desk" if goal in {"14", "15"} else "cluster")
        self.officer_tries(
            "send-to-desk",
            before,
            by,
            {E.SENT_TO_DESK},
            transfers.send_to_desk,
            when=goal != "99" and desk != before.tip.team_id and before.tip.restriction is None,
            province_code=goal,
            reason="Nơi xảy ra thuộc tỉnh bạn",
        )

    @rule(at=which, by=who)
    def accept(self, at, by) -> None:
        before = self.standing(at)
        act = "accept-reopened" if before.tip.reopened_count else "accept"
        self.officer_tries(act, before, by, {E.ACCEPTED}, handling.accept)

    @rule(at=which, by=who, is_member=st.booleans())
    def assign(self, at, by, is_member) -> None:
        before = self.standing(at)
        assignee = self.person(self.codes[before.tip.team_id] if is_member else "20/PC04", Role.HANDLER)
        named = {"assignee_id": assignee.account_id}
        self.officer_tries("assign", before, by, {E.ASSIGNED}, handling.assign, when=is_member, **named)

    @rule(at=which, by=who)
    def note(self, at, by) -> None:
        self.officer_tries("note", self.standing(at), by, {E.NOTED}, handling.note, text="Đã gọi hỏi trưởng bản")

    @rule(at=which, by=who)
    def inform(self, at, by) -> None:
        self.officer_tries("inform", self.standing(at), by, {E.INFORMED}, handling.inform, text="Đang xác minh")

    @rule(at=which, by=who, text=st.sampled_from((" ", "Nhà đó ở chỗ nào ạ?")))
    def ask(self, at, by, text) -> None:
        self.officer_tries("ask", self.standing(at), by, {E.ASKED}, handling.ask, when=bool(text.strip()), text=text)

    @rule(at=which, by=who)
    def respond(self, at, by) -> None:
        before = self.standing(at)
        named = {"when": before.tip.responder_team_id is not None, "text": "Đã đến nơi"}
        self.officer_tries("respond", before, by, {E.RESPONDED}, handling.respond, **named)

    @rule(at=which, by=who)
    def answer(self, at, by) -> None:
        before = self.standing(at)
        events = {E.ANSWERED, E.ANSWER_PROPOSED}
        # Only the service knows whether a lead must approve; a duplicate can be answered, but not be proposed for.
        when = None if before.status is Status.DUPLICATE else True
        self.officer_tries("answer", before, by, events, handling.answer, when=when, text="Đã kiểm tra, xử lý.")

    @rule(at=which, by=who)
    def approve(self, at, by) -> None:
        before = self.standing(at)
        when = before.tip.is_answer_pending
        self.officer_tries("approve", before, by, {E.ANSWERED}, handling.approve, when=when, text="Đã xử lý xong.")

    @rule(at=which, by=who)
    def return_answer(self, at, by) -> None:
        before = self.standing(at)
        named = {"when": before.tip.is_answer_pending, "reason": "Viết rõ hơn"}
        self.officer_tries("approve", before, by, {E.ANSWER_RETURNED}, handling.return_answer, **named)

    @rule(at=which, by=who, cases=st.integers(-1, 2))
    def close(self, at, by, cases) -> None:
        outcome = handling.Outcome(founded=True, valuable=True, grassroots=False, cases=cases)
        self.officer_tries("close", self.standing(at), by, {E.CLOSED}, handling.close, outcome, when=cases >= 0)

    @rule(at=which, by=who)
    def decline(self, at, by) -> None:
        before = self.standing(at)
        named = {"reason": transfers.DeclineReason.NOT_FOR_POLICE, "text": "Việc này không thuộc công an"}
        when = before.tip.kind is not Kind.CRIME_REPORT
        self.officer_tries("decline", before, by, {E.DECLINED}, transfers.decline, when=when, **named)

    @rule(at=which, by=who)
    def transfer_out(self, at, by) -> None:
        letter = transfers.OutwardLetter("Sở Xây dựng", "Sơn La", "Kính chuyển quý sở")
        self.officer_tries("transfer-out", self.standing(at), by, {E.TRANSFERRED_OUT}, transfers.transfer_out, letter)

    @rule(at=which, by=who, master=which)
    def link(self, at, by, master) -> None:
        before, other = self.standing(at), self.standing(master).tip
        when = None if before.tip.id != other.id and (before.tip.restriction is other.restriction) else False
        named = {"master_number": other.number}
        self.officer_tries("link", before, by, {E.DUPLICATED}, duplicates.link, when=when, **named)

    @rule(at=which, by=who)
    def unlink(self, at, by) -> None:
        self.officer_tries("link", self.standing(at), by, {E.UNLINKED}, duplicates.unlink)

    @rule(at=which, by=who, reason=st.sampled_from(tuple(Restriction)), also=st.sampled_from(("14/PC04", "15/PC08")))
    def restrict(self, at, by, reason, also) -> None:
        before, also_id = self.standing(at), self.team_id(also)
        is_near = also.startswith(f"{before.tip.province_code}/")
        is_kept = before.tip.restriction is Restriction.POLICE_CONDUCT and reason is not Restriction.POLICE_CONDUCT
        at_inspectorate = self.codes[before.tip.team_id].endswith("/TT")
        self.officer_tries(
            "restrict",
            before,
            by,
            {E.RESTRICTED},
            restriction.restrict,
            when=is_near and (at_inspectorate or not is_kept),
            restriction=reason,
            also_team_ids=(also_id,),
            reason="Chỉ người được giao mới xem",
        )

    @rule(at=which, by=who)
    def lift_restriction(self, at, by) -> None:
        before = self.standing(at)
        at_inspectorate = self.codes[before.tip.team_id].endswith("/TT")
        is_liftable = at_inspectorate or before.tip.restriction is not Restriction.POLICE_CONDUCT
        named = {"when": is_liftable and before.tip.restriction is not None, "reason": "Không nói về cán bộ"}
        self.officer_tries("approve", before, by, {E.RESTRICTION_LIFTED}, restriction.lift, **named)

    @rule(at=which, by=who)
    def split(self, at, by) -> None:
        wanted = triage.Classification(Kind.FEEDBACK, Category.TRAFFIC, Priority.NORMAL)
        before = self.standing(at)
        self.officer_tries("route", before, by, {E.SPLIT}, self.split_off, wanted, when=None)

    def _name(self, before, custodian) -> tuple[bool, bool, tuple[int, RequestState] | None]:
        """Return whether the custodian reaches the name, whether somebody must agree, and the request that is open."""
        is_near = self.scopes[before.tip.id] == before.tip.province_code == "14"
        with unit_of_work() as work:
            request = consent.open_request(work, before.tip, custodian.account_id)
            asked = (request.id, request.state) if request else None
            return is_near and before.tip.restriction is None, consent.rule_of(work, before.tip).needs_consent, asked

    @rule(at=which)
    def ask_identity(self, at) -> None:
        before, custodian = self.standing(at), self.person("14", Role.CUSTODIAN)
        is_near, needs_consent, request = self._name(before, custodian)

        def attempt(work) -> None:
            consent.ask(work, custodian, before.tip.number, reason="Cần gặp để xác minh")

        when = is_near and needs_consent and request is None
        self.tries(before, attempt, events={E.IDENTITY_REQUESTED}, when=when)

    @rule(at=which, by=who, agrees=st.booleans())
    def decide_identity(self, at, by, agrees) -> None:
        before = self.standing(at)
        _, _, request = self._name(before, self.person("14", Role.CUSTODIAN))
        if request is None:
            return

        def do(work, actor, _tip) -> None:
            consent.decide(work, actor, request[0], agrees=agrees, reason="Đã cân nhắc kỹ")

        events = {E.IDENTITY_CONSENTED if agrees else E.IDENTITY_REFUSED}
        self.officer_tries("consent", before, by, events, do, when=request[1] is RequestState.WAITING)

    @rule(at=which)
    def open_identity(self, at) -> None:
        before, custodian = self.standing(at), self.person("14", Role.CUSTODIAN)
        is_near, needs_consent, request = self._name(before, custodian)
        is_agreed = request is not None and request[1] is RequestState.CONSENTED

        def attempt(work) -> None:
            identity.open_identity(
                work, custodian, before.tip.number, reason="Cần gặp để xác minh", passphrase=PASSPHRASE
            )

        self.tries(before, attempt, events={E.IDENTITY_OPENED}, when=is_near and (is_agreed or not needs_consent))

    @rule(at=which, by=st.sampled_from(("lead", "province")))
    def open_identity_with_consent(self, at, by) -> None:
        self.ask_identity(at=at)
        self.decide_identity(at=at, by=by, agrees=True)
        self.every_tip_is_whole()
        self.open_identity(at=at)

    @rule(at=which)
    def write(self, at) -> None:
        before = self.standing(at)
        events = {E.REPLIED if before.status is Status.WAITING else E.ADDED}
        when = before.status not in FINAL
        self.citizen_tries(before, events, conversation.write, when=when, text="Nhà cuối bản, cạnh suối")

    @rule(at=which, is_solved=st.booleans(), score=st.integers(0, 6))
    def rate(self, at, is_solved, score) -> None:
        named = {"is_solved": is_solved, "score": score, "comment": "Cảm ơn"}
        self.citizen_tries(self.standing(at), {E.RATED}, conversation.rate, when=1 <= score <= 5, **named)


def test_tips_stay_whole_whatever_people_try(app, clock, recovery) -> None:
    effort = settings(
        max_examples=COURSES,
        stateful_step_count=STEPS,
        deadline=None,
        derandomize=os.environ.get("FORUM_TEST_EFFORT") != "full",
        suppress_health_check=[HealthCheck.too_slow],
    )
    run_state_machine_as_test(begin_courses(Courses, clock, recovery), settings=effort)
