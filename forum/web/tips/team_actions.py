"""What the team does that has a tip: take it on, work on it, ask, answer, close."""

from __future__ import annotations

from forum.domain.events import EventKind as E
from forum.domain.lifecycle import Status
from forum.domain.permissions import Actor, Permission
from forum.models import Tip
from forum.services import handling, transfers
from forum.services.work import Work
from forum.web.tips import desk_forms, forms
from forum.web.tips.actions import Action, Files, chosen_id
from forum.web.tips.case import Case
from forum.web.translations import gettext
from forum.web.translations import lazy_gettext as _


def _transfer(work: Work, actor: Actor, tip: Tip, form: desk_forms.TransferForm, _files: Files) -> None:
    transfers.transfer(work, actor, tip, team_id=chosen_id(form.team.data), reason=form.reason.data or "")


def _close(work: Work, actor: Actor, tip: Tip, form: forms.CloseForm, _files: Files) -> None:
    outcome = handling.Outcome(
        founded=form.founded.data == "yes",
        valuable=form.valuable.data == "yes",
        grassroots=form.grassroots.data == "yes",
        cases=form.cases.data or 0,
        offenders=form.offenders.data or 0,
    )
    handling.close(work, actor, tip, outcome)


def _answer(work: Work, actor: Actor, tip: Tip, form: forms.FilesForm, files: Files) -> str | None:
    is_public = handling.answer(work, actor, tip, text=form.text.data or "", files=files)
    return None if is_public else gettext("Your answer waits for a lead to approve it.")


def _may_transfer(case: Case) -> bool:
    return case.legal(E.ROUTED) and case.may(Permission.HANDLE) and not case.may_route()


TEAM_ACTIONS: tuple[Action, ...] = (
    Action(
        "accept",
        _("Take it on"),
        _("Our unit takes it on"),
        _("Your unit has taken the tip on."),
        Permission.HANDLE,
        forms.ActionForm,
        lambda c: c.legal(E.ACCEPTED) and c.may(Permission.APPROVE if c.tip.reopened_count else Permission.HANDLE),
        lambda w, a, t, _form, _f: handling.accept(w, a, t),
        hint=_("From now on your unit answers for this tip."),
    ),
    Action(
        "respond",
        _("Report from the spot"),
        _("Send what you found"),
        _("Your report has been added."),
        Permission.HANDLE,
        forms.TextForm,
        lambda c: c.tip.responder_due_at is not None and c.legal(E.RESPONDED) and c.may_respond(),
        lambda w, a, t, f, _f: handling.respond(w, a, t, text=f.text.data),
        hint=_("What you found as the first on the spot; the sender does not read it."),
    ),
    Action(
        "approve",
        _("Approve the answer"),
        _("Approve and publish"),
        _("The sender can read the answer now."),
        Permission.APPROVE,
        forms.ApproveForm,
        lambda c: c.tip.is_answer_pending and c.may(Permission.APPROVE),
        lambda w, a, t, f, _f: handling.approve(w, a, t, text=f.text.data),
        hint=_("You may change the words before you publish them."),
    ),
    Action(
        "return-answer",
        _("Give the answer back"),
        _("Give it back"),
        _("The answer has been given back to its writer."),
        Permission.APPROVE,
        forms.ReasonForm,
        lambda c: c.tip.is_answer_pending and c.may(Permission.APPROVE),
        lambda w, a, t, f, _f: handling.return_answer(w, a, t, reason=f.reason.data),
        look="quiet",
    ),
    Action(
        "answer",
        _("Answer"),
        _("Answer for good"),
        _("The sender can read the answer now."),
        Permission.HANDLE,
        forms.FilesForm,
        lambda c: c.legal(E.ANSWERED) and c.tip.status is not Status.DUPLICATE and c.may(Permission.HANDLE),
        _answer,
        hint=_("Say what was done and what was found. Where the rules ask for it, a lead approves the answer first."),
    ),
    Action(
        "ask",
        _("Ask the sender"),
        _("Send the question"),
        _("The question has been sent; your clock stands still until the reply."),
        Permission.HANDLE,
        forms.TextForm,
        lambda c: c.page.origin is None and c.legal(E.ASKED) and c.may(Permission.HANDLE),
        lambda w, a, t, f, _f: handling.ask(w, a, t, text=f.text.data),
        hint=_("Your clock stands still until the reply; that of the sender does not."),
    ),
    Action(
        "inform",
        _("Tell the sender something"),
        _("Send it to the sender"),
        _("The sender can read it now."),
        Permission.READ_TIPS,
        forms.TextForm,
        lambda c: c.legal(E.INFORMED) and c.may(Permission.HANDLE, Permission.TRIAGE),
        lambda w, a, t, f, _f: handling.inform(w, a, t, text=f.text.data),
        hint=_("This is not the final answer. The first such word counts as the first response."),
    ),
    Action(
        "note",
        _("Internal note"),
        _("Keep the note"),
        _("The note has been kept."),
        Permission.READ_TIPS,
        forms.FilesForm,
        lambda c: c.legal(E.NOTED) and bool(c.actor.reading_team_ids),
        lambda w, a, t, f, files: handling.note(w, a, t, text=f.text.data, files=files),
        hint=_("For colleagues only; the sender never reads it."),
    ),
    Action(
        "assign",
        _("Give it to an officer"),
        _("Give it"),
        _("The tip has been given to the officer."),
        Permission.HANDLE,
        forms.AssignForm,
        lambda c: c.legal(E.ASSIGNED) and c.may(Permission.HANDLE),
        lambda w, a, t, f, _f: handling.assign(w, a, t, assignee_id=chosen_id(f.assignee.data)),
        is_rare=True,
    ),
    Action(
        "transfer",
        _("Pass on to another unit, or back"),
        _("Pass it on"),
        _("The tip has been passed on."),
        Permission.HANDLE,
        desk_forms.TransferForm,
        _may_transfer,
        _transfer,
        hint=_("The clock of the unit begins anew, that of the sender goes on. The reason stays on the timeline."),
        is_rare=True,
    ),
    Action(
        "close",
        _("Close with the outcome"),
        _("Close the tip"),
        _("The tip has been closed."),
        Permission.HANDLE,
        forms.CloseForm,
        lambda c: c.legal(E.CLOSED) and c.may(Permission.HANDLE),
        _close,
    ),
)
