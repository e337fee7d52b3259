"""What is done to a tip at a desk or by a lead: class, way, links, who may see it, and how it leaves the forum."""

from __future__ import annotations

from forum.domain.errors import InvalidInput, NotFound
from forum.domain.events import EventKind as E
from forum.domain.permissions import Actor, Permission
from forum.domain.vocabulary import Kind, Restriction
from forum.models import Tip
from forum.services import duplicates, handling, restriction, routing, splitting, transfers, triage
from forum.services.work import Work
from forum.web.tips import desk_forms, forms
from forum.web.tips.actions import Action, Files, chosen_id
from forum.web.tips.case import Case
from forum.web.translations import gettext
from forum.web.translations import lazy_gettext as _


def _route(work: Work, actor: Actor, tip: Tip, form: desk_forms.RouteForm, _files: Files) -> None:
    responder = chosen_id(form.responder.data) or None
    if responder is not None and not form.team.data:
        raise InvalidInput("Please choose the unit too, or leave both as suggested.", field="team")
    routing.route_tip(
        work,
        actor,
        tip,
        team_id=chosen_id(form.team.data) or None,
        responder_id=responder,
        reason=form.reason.data or "",
    )


def _send_to_desk(work: Work, actor: Actor, tip: Tip, form: desk_forms.DeskForm, _files: Files) -> None:
    code = None if form.province.data == form.CLUSTER else form.province.data
    transfers.send_to_desk(work, actor, tip, province_code=code, reason=form.reason.data or "")


def _transfer_out(work: Work, actor: Actor, tip: Tip, form: desk_forms.LetterForm, _files: Files) -> None:
    letter = transfers.OutwardLetter(form.authority.data or "", form.address.data or "", form.letter.data or "")
    transfers.transfer_out(work, actor, tip, letter)


def _decline(work: Work, actor: Actor, tip: Tip, form: desk_forms.DeclineForm, _files: Files) -> None:
    reason = transfers.DeclineReason(form.reason.data)
    transfers.decline(work, actor, tip, reason=reason, text=form.text.data or "")


def _restrict(work: Work, actor: Actor, tip: Tip, form: desk_forms.RestrictForm, _files: Files) -> None:
    also = (chosen_id(form.also.data),) if form.also.data else ()
    why = Restriction(form.restriction.data)
    restriction.restrict(work, actor, tip, restriction=why, also_team_ids=also, reason=form.reason.data or "")


def _split(work: Work, actor: Actor, tip: Tip, form: desk_forms.SplitForm, _files: Files) -> str:
    number = splitting.split(work, actor, tip, text=form.text.data or "", wanted=form.wanted())
    return str(gettext("The part is a tip of its own now: %(number)s.", number=number))


def _may_explain(case: Case) -> bool:
    is_formal = case.tip.kind in {Kind.COMPLAINT, Kind.DENUNCIATION}
    return is_formal and case.legal(E.INFORMED) and case.may(Permission.HANDLE, Permission.TRIAGE)


def _may_restrict(case: Case) -> bool:
    return case.legal(E.RESTRICTED) and case.may(Permission.TRIAGE, Permission.APPROVE)


def _link(work: Work, actor: Actor, tip: Tip, form: desk_forms.LinkForm, _files: Files) -> None:
    try:
        duplicates.link(work, actor, tip, master_number=form.number)
    except NotFound as fault:
        raise InvalidInput("There is no such tip among those that you may see.", field="master") from fault


DESK_ACTIONS: tuple[Action, ...] = (
    Action(
        "classify",
        _("Classify"),
        _("Save the class"),
        _("The class has been saved."),
        Permission.READ_TIPS,
        desk_forms.ClassifyForm,
        lambda c: (
            c.legal(E.TRIAGED if c.is_at_desk else E.RECLASSIFIED) and c.may(Permission.TRIAGE, Permission.HANDLE)
        ),
        lambda w, a, t, f, _f: triage.classify(w, a, t, f.wanted()),
        hint=_("The deadline of the sender follows the kind."),
    ),
    Action(
        "route",
        _("Pass on"),
        _("Pass it on"),
        _("The tip has been passed on."),
        Permission.TRIAGE,
        desk_forms.RouteForm,
        Case.may_route,
        _route,
        hint=_("To another unit than suggested: please give a reason."),
    ),
    Action(
        "send-to-desk",
        _("Send to another desk"),
        _("Send it there"),
        _("The tip has been sent to the other desk."),
        Permission.TRIAGE,
        desk_forms.DeskForm,
        lambda c: (
            c.legal(E.SENT_TO_DESK) and c.is_with_a_desk and c.tip.restriction is None and c.may(Permission.TRIAGE)
        ),
        _send_to_desk,
        is_rare=True,
    ),
    Action(
        "explain",
        _("Explain the formal way"),
        _("Send the explanation"),
        _("The sender can read the explanation now."),
        Permission.READ_TIPS,
        forms.ExplainForm,
        _may_explain,
        lambda w, a, t, f, _f: handling.inform(w, a, t, text=f.text.data),
        hint=_("A complaint or denunciation is not received here. The words are prepared; change them where needed."),
    ),
    Action(
        "link",
        _("Join to another tip"),
        _("Join them"),
        _("The tips have been joined."),
        Permission.READ_TIPS,
        desk_forms.LinkForm,
        lambda c: c.legal(E.DUPLICATED) and c.may(Permission.TRIAGE, Permission.HANDLE),
        _link,
        hint=_("For two tips about the same thing: this one follows the other and gets its answer."),
        is_rare=True,
    ),
    Action(
        "unlink",
        _("Part it from the other tip"),
        _("Part them"),
        _("The tip stands for itself again."),
        Permission.READ_TIPS,
        forms.ActionForm,
        lambda c: c.legal(E.UNLINKED) and c.may(Permission.TRIAGE, Permission.HANDLE),
        lambda w, a, t, _form, _f: duplicates.unlink(w, a, t),
        hint=_("The tip goes back to the desk of its province."),
        look="quiet",
        is_rare=True,
    ),
    Action(
        "split",
        _("Split off another matter"),
        _("Make it a tip of its own"),
        _("The part has been split off."),
        Permission.TRIAGE,
        desk_forms.SplitForm,
        lambda c: c.page.origin is None and c.legal(E.SPLIT) and c.may(Permission.TRIAGE),
        _split,
        hint=_("The sender follows the part with the same receipt; questions are asked on this tip."),
        is_rare=True,
    ),
    Action(
        "restrict",
        _("Restrict who may see it"),
        _("Restrict it"),
        _("Only the listed units see the tip now."),
        Permission.READ_TIPS,
        desk_forms.RestrictForm,
        _may_restrict,
        _restrict,
        is_rare=True,
    ),
    Action(
        "lift-restriction",
        _("Open the restricted tip"),
        _("Open it"),
        _("The tip is open to those who usually see it."),
        Permission.APPROVE,
        forms.ReasonForm,
        lambda c: c.may(Permission.APPROVE) and restriction.may_lift(c.work, c.tip),
        lambda w, a, t, f, _f: restriction.lift(w, a, t, reason=f.reason.data),
        look="danger",
        is_rare=True,
    ),
    Action(
        "transfer-out",
        _("Hand over to another authority"),
        _("Hand it over"),
        _("The tip has been handed over; the sender reads where it is."),
        Permission.READ_TIPS,
        desk_forms.LetterForm,
        lambda c: c.legal(E.TRANSFERRED_OUT) and c.may(Permission.TRIAGE, Permission.APPROVE),
        _transfer_out,
        hint=_("The sender reads authority, address and letter; the tip ends here."),
        is_rare=True,
    ),
    Action(
        "decline",
        _("Not take it up"),
        _("Not take it up"),
        _("The sender reads why the tip is not taken up."),
        Permission.READ_TIPS,
        desk_forms.DeclineForm,
        lambda c: (
            c.tip.kind is not Kind.CRIME_REPORT and c.legal(E.DECLINED) and c.may(Permission.TRIAGE, Permission.APPROVE)
        ),
        _decline,
        hint=_("A report of a crime is never declined. Give the sender a kind reason and the way that helps."),
        look="danger",
        is_rare=True,
    ),
)
