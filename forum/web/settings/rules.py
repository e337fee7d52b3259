"""Routes of the routing rules: what is live, the draft, its trial, and putting it live."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import redirect, render_template, url_for
from werkzeug.wrappers import Response

from forum.domain.errors import InvalidInput, NotFound
from forum.domain.permissions import Permission
from forum.domain.routing import Rule
from forum.domain.vocabulary import Category, Kind
from forum.extensions import reading, snapshot, unit_of_work, work_in
from forum.reports import settings_lists
from forum.services import settings_rules as service
from forum.services.settings_rules import Draft, find_draft
from forum.services.settings_trial import STEP, Trial, record_trial, try_rules
from forum.services.work import Work
from forum.web.access import actor, requires
from forum.web.errors import say
from forum.web.labels import label, name_of
from forum.web.settings.accounts import province_choices
from forum.web.settings.blueprint import blueprint, carry_out, is_done
from forum.web.settings.rules_forms import RuleForm, TrialForm, rule_data
from forum.web.settings.words import DUTIES, FLAGS
from forum.web.translations import gettext


@dataclass(frozen=True, slots=True)
class RuleWords:
    """The words for what a rule can name, by code; `targets` are duties and departments."""

    kinds: Mapping[str, str]
    categories: Mapping[str, str]
    provinces: Mapping[str, str]
    tags: Mapping[str, str]
    flags: Mapping[str, Any]
    departments: Mapping[str, str]
    targets: Mapping[str, Any]


@blueprint.get("/rules")
@requires(Permission.ADMINISTER)
def rules() -> str:
    """Show the live rules and the versions so far."""
    work = reading()
    return render_template(
        "settings/rules.html",
        rules=work.rulebook.rules,
        versions=settings_lists.rule_versions(work.session),
        draft=find_draft(work.session),
        names=_names(work),
    )


@blueprint.post("/rules/draft")
@requires(Permission.ADMINISTER)
def draft_start() -> Response:
    """Copy the live rules into a draft."""
    carry_out(lambda work: service.start_draft(work, actor()), gettext("The draft is a copy of the live rules."))
    return redirect(url_for("settings.draft"))


@blueprint.get("/rules/draft")
@requires(Permission.ADMINISTER)
def draft() -> str:
    """Show the draft."""
    return _draft_page(TrialForm(formdata=None), None)


@blueprint.post("/rules/draft/try")
@requires(Permission.ADMINISTER)
def draft_try() -> str:
    """Try the draft on past tips and show in how many it differs."""
    form = TrialForm()
    if not form.validate():
        return _draft_page(form, None)
    with snapshot() as session:
        past = work_in(session)
        rules = _found(past).rules
        trial = try_rules(past, actor(), rules, newest=int(form.newest.data))
    with unit_of_work() as work:
        record_trial(work, actor(), rules, trial)
    return _draft_page(form, trial)


@blueprint.post("/rules/draft/live")
@requires(Permission.ADMINISTER)
def draft_live() -> Response:
    """Let the draft decide."""
    carry_out(lambda work: service.go_live(work, actor()), gettext("The rules are live: they decide from now on."))
    return redirect(url_for("settings.draft" if find_draft(reading().session) else "settings.rules"))


@blueprint.post("/rules/draft/discard")
@requires(Permission.ADMINISTER)
def draft_discard() -> Response:
    """Throw the draft away."""
    carry_out(lambda work: service.discard_draft(work, actor()), gettext("The draft is gone."))
    return redirect(url_for("settings.rules"))


@blueprint.route("/rules/draft/new", methods=["GET", "POST"])
@requires(Permission.ADMINISTER)
def rule_new() -> str | Response:
    """Add a rule to the draft."""
    work = reading()
    _found(work)
    return _edit(_rule_form(work), None)


@blueprint.route("/rules/draft/<int:number>", methods=["GET", "POST"])
@requires(Permission.ADMINISTER)
def rule(number: int) -> str | Response:
    """Change a rule of the draft."""
    work = reading()
    found = next((rule for rule in _found(work).rules if rule.number == number), None)
    if found is None:
        raise NotFound
    return _edit(_rule_form(work, data=rule_data(found)), number)


@blueprint.post("/rules/draft/<int:number>/drop")
@requires(Permission.ADMINISTER)
def rule_drop(number: int) -> Response:
    """Take a rule out of the draft."""
    carry_out(lambda work: service.drop_rule(work, actor(), number))
    return redirect(url_for("settings.draft"))


def _edit(form: RuleForm, number: int | None) -> str | Response:
    if is_done(form, lambda work: service.keep_rule(work, actor(), number, form.rule())):
        return redirect(url_for("settings.draft"))
    return render_template("settings/rule.html", form=form, number=number)


def _draft_page(form: TrialForm, trial: Trial | None) -> str:
    work = reading()
    found = _found(work)
    return render_template(
        "settings/draft.html",
        draft=found,
        form=form,
        trial=trial,
        step=STEP,
        objection=_objection(work, found.rules),
        names=_names(work),
    )


def _objection(work: Work, rules: tuple[Rule, ...]) -> str:
    """Return why a draft could not go live, in words; nothing when it could."""
    try:
        service.check_draft(work, rules)
    except InvalidInput as fault:
        return say(fault)
    return ""


def _found(work: Work) -> Draft:
    found = find_draft(work.session)
    if found is None:
        raise NotFound(gettext("There is no draft."))
    return found


def _rule_form(work: Work, **kwargs: Any) -> RuleForm:
    names = _names(work)
    return RuleForm(
        categories=names.categories,
        provinces=names.provinces,
        tags=names.tags,
        departments=names.departments,
        **kwargs,
    )


def _names(work: Work) -> RuleWords:
    """Return the words of everything that a rule can name."""
    departments = {d.code: f"{d.code} – {name_of(d)}" for d in settings_lists.departments(work.session)}
    return RuleWords(
        kinds={kind.value: label(kind) for kind in Kind},
        categories={c.code: name_of(c) for c in work.rulebook.categories if c.code in set(Category)},
        provinces=province_choices(work.rulebook.teams),
        tags={code: name_of(tag) for code, tag in work.rulebook.tags.items()},
        flags=FLAGS,
        departments=departments,
        targets={**DUTIES, **departments},
    )
