"""Takes one step of a demo course: by the service that everybody else uses, as the person whose turn it is."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace

from forum.cli.demo.course import Answer, DuplicateOf, Outcome, Rating, Referral, Refusal, Routing, StepKind, Triage
from forum.cli.demo.course import Words as Said
from forum.cli.demo.stage import Turn, phrase, phrases
from forum.domain.errors import DomainError, InvalidInput
from forum.domain.lifecycle import Status
from forum.domain.teams import TeamRef
from forum.domain.vocabulary import Category, Restriction, TeamKind
from forum.models import Tip
from forum.services import conversation, duplicates, handling, restriction, routing, transfers, triage


def take(kind: StepKind, turn: Turn) -> None:
    """Let the step happen; raise DomainError when the tip has gone another way than the course supposes."""
    _STEPS[kind](turn)


def _triage(turn: Turn) -> None:
    data: Triage = turn.data
    work, tip = turn.work, turn.tip
    is_elsewhere = data.province_code not in {None, tip.province_code}
    if is_elsewhere and tip.restriction is None and turn.team.kind in {TeamKind.INTAKE_DESK, TeamKind.CLUSTER_DESK}:
        desk = work.rulebook.teams.desk(data.province_code)
        if desk.province_code and desk.id != tip.team_id:
            reason = phrase("desk-reason")
            transfers.send_to_desk(work, turn.handler, tip, province_code=data.province_code, reason=reason)
    wanted = triage.Classification(
        kind=data.kind,
        category=data.category,
        priority=data.priority,
        tags=tuple(phrase("tag", tag) for tag in data.tags if ("tag", tag) in phrases()),
        commune_code=data.commune_code if data.province_code == tip.province_code else tip.commune_code,
    )
    triage.classify(work, turn.handler, tip, wanted)


def _route(turn: Turn) -> None:
    data: Routing = turn.data
    wanted = _team(turn, data.target)
    if turn.tip.restriction is Restriction.POLICE_CONDUCT and wanted.kind is not TeamKind.INSPECTORATE:
        if turn.tip.category is Category.POLICE_CONDUCT or wanted.province_code != turn.tip.province_code:
            return  # the inspectorate answers it itself
        # Its words sound as if the police were meant: the inspectorate has looked, and opens it.
        restriction.lift(turn.work, turn.lead, turn.tip, reason=phrase("lift-reason"))
    try:
        routing.route_tip(turn.work, turn.handler, turn.tip, team_id=wanted.id)
    except InvalidInput:
        if wanted.id != turn.tip.team_id and turn.tip.restriction is None:
            reason = phrase("route-reason")
            routing.route_tip(turn.work, turn.handler, turn.tip, team_id=wanted.id, reason=reason)
    if turn.tip.status is Status.RECEIVED:
        _take_in(turn)


def _take_in(turn: Turn) -> None:
    """Let the desk that a tip has come to from an inspectorate find it classified well."""
    tip = turn.tip
    found = triage.Classification(tip.kind, tip.category, tip.priority, tuple(tip.tags), tip.commune_code)
    triage.classify(turn.work, turn.handler, tip, found)


def _transfer(turn: Turn) -> None:
    data: Routing = turn.data
    wanted = _team(turn, data.target)
    if wanted.id != turn.tip.team_id:
        transfers.transfer(turn.work, turn.handler, turn.tip, team_id=wanted.id, reason=data.reason)


def _team(turn: Turn, target: str) -> TeamRef:
    teams, tip = turn.work.rulebook.teams, turn.tip
    if target == "lead-inspectorate":
        return teams.inspectorate(teams.lead_province_code)
    if target == "inspectorate":
        return teams.inspectorate(tip.province_code)
    found = None
    if target == "commune-police":
        found = teams.commune_police(tip.commune_code) if tip.commune_code else None
    elif target != "intake" and tip.province_code is not None:
        found = teams.department(tip.province_code, target)
    return found or teams.desk(tip.province_code)


def _accept(turn: Turn) -> None:
    handling.accept(turn.work, turn.lead if turn.tip.reopened_count else turn.handler, turn.tip)


def _assign(turn: Turn) -> None:
    handling.assign(turn.work, turn.handler, turn.tip, assignee_id=turn.handler.account_id)


def _note(turn: Turn) -> None:
    handling.note(turn.work, turn.handler, turn.tip, text=_said(turn))


def _inform(turn: Turn) -> None:
    handling.inform(turn.work, turn.handler, turn.tip, text=_said(turn))


def _ask(turn: Turn) -> None:
    handling.ask(turn.work, turn.handler, turn.tip, text=_said(turn))


def _write(turn: Turn) -> None:
    conversation.write(turn.work, turn.tip, text=_said(turn))


def _propose(turn: Turn) -> None:
    data: Answer = turn.data
    turn.stage.answers[turn.tip.id] = data.text
    handling.answer(turn.work, turn.handler, turn.tip, text=data.text)


def _approve(turn: Turn) -> None:
    if turn.tip.is_answer_pending:
        handling.approve(turn.work, turn.lead, turn.tip, text=turn.stage.answers[turn.tip.id])


def _close(turn: Turn) -> None:
    data: Outcome = turn.data
    outcome = handling.Outcome(
        founded=bool(data.is_founded),
        valuable=data.is_valuable,
        grassroots=data.is_grassroots,
        cases=data.cases,
        offenders=data.offenders,
    )
    handling.close(turn.work, turn.handler, turn.tip, outcome)
    for second_id in turn.stage.alike.pop(turn.tip.id, ()):
        second = replace(turn, tip=turn.work.session.get_one(Tip, second_id))
        _answer_and_close(second, turn.stage.answers[turn.tip.id])


def _rate(turn: Turn) -> None:
    data: Rating = turn.data
    conversation.rate(turn.work, turn.tip, is_solved=data.is_solved, score=data.score, comment=data.words)


def _duplicate(turn: Turn) -> None:
    data: DuplicateOf = turn.data
    try:
        duplicates.link(turn.work, turn.handler, turn.tip, master_number=turn.stage.numbers[data.number])
    except DomainError:
        _answer_like(turn, turn.stage.ids[data.number])


def _answer_like(turn: Turn, original_id: int) -> None:
    """Answer a second report whose first is answered already, or is not for the eyes of this desk: once that is."""
    _route_by_rules(turn)
    handling.accept(turn.work, turn.handler, turn.tip)
    text = turn.stage.answers.get(original_id)
    if text is None:
        turn.stage.alike.setdefault(original_id, []).append(turn.tip.id)
    else:
        _answer_and_close(turn, text)


def _answer_and_close(turn: Turn, text: str) -> None:
    if not handling.answer(turn.work, turn.handler, turn.tip, text=text):
        handling.approve(turn.work, turn.lead, turn.tip, text=text)
    outcome = handling.Outcome(founded=True, valuable=False, grassroots=False)
    handling.close(turn.work, turn.handler, turn.tip, outcome)


def _route_by_rules(turn: Turn) -> None:
    with suppress(InvalidInput):  # the rules may leave it where it is
        routing.route_tip(turn.work, turn.handler, turn.tip)


def _transfer_out(turn: Turn) -> None:
    data: Referral = turn.data
    letter = transfers.OutwardLetter(data.authority, data.address, data.letter)
    handling.inform(turn.work, turn.handler, turn.tip, text=data.notice)
    transfers.transfer_out(turn.work, turn.handler, turn.tip, letter)


def _decline(turn: Turn) -> None:
    data: Refusal = turn.data
    reason = transfers.DeclineReason.NOTHING_TO_CHECK
    transfers.decline(turn.work, turn.handler, turn.tip, reason=reason, text=data.text)


_STEPS: dict[StepKind, Callable[[Turn], None]] = {
    StepKind.TRIAGE: _triage,
    StepKind.ROUTE: _route,
    StepKind.TRANSFER: _transfer,
    StepKind.ACCEPT: _accept,
    StepKind.ASSIGN: _assign,
    StepKind.NOTE: _note,
    StepKind.ASK: _ask,
    StepKind.REPLY: _write,
    StepKind.INFORM: _inform,
    StepKind.PROPOSE_ANSWER: _propose,
    StepKind.APPROVE: _approve,
    StepKind.CLOSE: _close,
    StepKind.RATE: _rate,
    StepKind.ADD: _write,
    StepKind.DUPLICATE: _duplicate,
    StepKind.TRANSFER_OUT: _transfer_out,
    StepKind.DECLINE: _decline,
}
"""REOPEN is missing: the rating that is not solved opens a tip again, with the words of both."""


def _said(turn: Turn) -> str:
    data: Said = turn.data
    return data.text
