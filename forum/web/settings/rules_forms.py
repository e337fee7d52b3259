"""The forms of deadlines, approval, calendar, terms and routing rules."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from flask_wtf import FlaskForm
from wtforms import BooleanField, StringField, TextAreaField

from forum.domain.routing import COMMUNE_POLICE, Conditions, Rule
from forum.domain.sla import PolicyClock, PolicyUnit
from forum.domain.vocabulary import Kind, Priority, Restriction, TeamKind
from forum.domain.working_time import DayKind
from forum.services import settings_calendar, settings_policies, settings_rules
from forum.services.settings_calendar import ExceptionalDay
from forum.services.settings_policies import NewPolicy
from forum.web.fields import choices, member, text_of_at_most
from forum.web.settings.fields import ANY, FILLED, ChecksField, ChoiceField, DayField, WholeNumberField, listed
from forum.web.settings.words import DUTIES, FLAGS, word
from forum.web.translations import gettext
from forum.web.translations import lazy_gettext as _

LONGEST_WORDS = settings_rules.MOST_WORDS * (settings_rules.LONGEST_WORD + 2)
REMOTE = {"": _("Anywhere"), "yes": _("Remote areas only"), "no": _("Elsewhere only")}
NEWEST = (200, 500, 1_000)


class PolicyForm(FlaskForm):
    """A deadline from a day on."""

    clock = ChoiceField(_("What is promised"), [FILLED])
    kind = ChoiceField(_("Kind of tip"), default=ANY)
    team_kind = ChoiceField(_("Kind of team"), default=ANY)
    priority = ChoiceField(_("Priority"), default=ANY)
    remote = ChoiceField(_("Where"), default=ANY)
    amount = WholeNumberField(_("How many"), [FILLED])
    unit = ChoiceField(_("of what"), [FILLED])
    valid_from = DayField(_("From"))
    name_vi = StringField(_("Name in Vietnamese"), [FILLED, text_of_at_most(settings_policies.LONGEST_NAME)])
    name_en = StringField(_("Name in English"), [FILLED, text_of_at_most(settings_policies.LONGEST_NAME)])
    source = StringField(
        _("Source"),
        [FILLED, text_of_at_most(settings_policies.LONGEST_SOURCE)],
        description=_("Law, article and day; or the decision of the cluster"),
    )
    is_verified = BooleanField(_("I have read it in the source"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        anything = gettext("Any")
        self.clock.choices = listed(PolicyClock, say=word)
        self.kind.choices = listed(Kind, any_text=anything)
        self.team_kind.choices = listed(TeamKind, any_text=anything)
        self.priority.choices = listed(Priority, any_text=anything)
        self.remote.choices = choices(REMOTE)
        self.unit.choices = listed(PolicyUnit, say=word)

    def policy(self, today: date) -> NewPolicy:
        """Return the row that is wanted."""
        return NewPolicy(
            clock=PolicyClock(self.clock.data),
            kind=member(Kind, self.kind.data),
            team_kind=member(TeamKind, self.team_kind.data),
            priority=member(Priority, self.priority.data),
            is_remote={"yes": True, "no": False}.get(self.remote.data),
            amount=self.amount.data or 0,
            unit=PolicyUnit(self.unit.data),
            valid_from=self.valid_from.data or today,
            source=self.source.data or "",
            is_verified=self.is_verified.data,
            name_vi=self.name_vi.data or "",
            name_en=self.name_en.data or "",
        )


class LastDayForm(FlaskForm):
    """The end of a deadline."""

    last_day = DayField(_("Last day"))


class ApprovalForm(FlaskForm):
    """Whether a lead approves."""

    kind = ChoiceField(_("Kind of tip"), [FILLED])
    team_kind = ChoiceField(_("Kind of team"), default=ANY)
    needs_approval = BooleanField(_("A lead approves the answer first"))
    source = StringField(_("Source"), [FILLED, text_of_at_most(settings_policies.LONGEST_SOURCE)])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kind.choices = listed(Kind)
        self.team_kind.choices = listed(TeamKind, any_text=gettext("Any"))


class CalendarForm(FlaskForm):
    """A day that differs."""

    day = DayField(_("Day"))
    kind = ChoiceField(_("What it is"), [FILLED])
    name_vi = StringField(_("Name in Vietnamese"), [FILLED, text_of_at_most(settings_calendar.LONGEST_NAME)])
    source = StringField(_("Source"), [FILLED, text_of_at_most(settings_calendar.LONGEST_SOURCE)])
    is_verified = BooleanField(_("I have read it in the source"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kind.choices = listed(DayKind, say=word)

    def exceptional_day(self, today: date) -> ExceptionalDay:
        """Return the day that is wanted."""
        return ExceptionalDay(
            day=self.day.data or today,
            kind=DayKind(self.kind.data),
            name_vi=self.name_vi.data or "",
            source=self.source.data or "",
            is_verified=self.is_verified.data,
        )


class TermForm(FlaskForm):
    """A term of leadership."""

    since = DayField(_("From"))
    lead = ChoiceField(_("Leading province"), [FILLED])
    deputy = ChoiceField(_("Deputy"), [FILLED])

    def __init__(self, *args: Any, provinces: Mapping[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.lead.choices = self.deputy.choices = choices(provinces)


class TrialForm(FlaskForm):
    """On how many tips to try a draft."""

    newest = ChoiceField(_("The newest tips"), [FILLED], choices=choices({str(n): str(n) for n in NEWEST}))


class RuleForm(FlaskForm):
    """One routing rule; what is left empty asks for nothing."""

    number = WholeNumberField(
        _("Number of the rule"), [FILLED], description=_("The rule with the lowest number that fits decides")
    )
    kinds = ChecksField(_("Kind of tip"))
    categories = ChecksField(_("Category"))
    provinces = ChecksField(_("Province"))
    communes = StringField(
        _("Communes"), [text_of_at_most(600)], description=_("Codes of five digits, with spaces between")
    )
    tags = ChecksField(_("Tags, one of"))
    flags = ChecksField(_("Signs, all of"))
    words = TextAreaField(
        _("Words, one of"), [text_of_at_most(LONGEST_WORDS)], description=_("Each word or phrase on a line of its own")
    )
    target = ChoiceField(_("Goes to"), [FILLED])
    responder = BooleanField(_("The police of the commune take first steps"))
    priority = ChoiceField(_("Priority"), default=ANY)
    restriction = ChoiceField(_("Only for a listed few"), default=ANY)
    reason_vi = StringField(_("Reason in Vietnamese"), [FILLED, text_of_at_most(settings_rules.LONGEST_REASON)])
    reason_en = StringField(_("Reason in English"), [FILLED, text_of_at_most(settings_rules.LONGEST_REASON)])

    def __init__(
        self,
        *args: Any,
        categories: Mapping[str, str],
        provinces: Mapping[str, str],
        tags: Mapping[str, str],
        departments: Mapping[str, str],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.kinds.choices = listed(Kind)
        self.categories.choices = choices(categories)
        self.provinces.choices = choices(provinces)
        self.tags.choices = choices(tags)
        self.flags.choices = choices(FLAGS)
        self.target.choices = choices({**DUTIES, **departments})
        self.priority.choices = listed(Priority, any_text=gettext("As it is"))
        self.restriction.choices = listed(Restriction, any_text=gettext("No"))

    def rule(self) -> Rule:
        """Return the rule that is wanted; raise BrokenRule for one that could never work."""
        lines = (" ".join(line.split()) for line in (self.words.data or "").splitlines())
        return Rule(
            number=self.number.data or 0,
            version=0,
            conditions=Conditions(
                kinds=frozenset(self.kinds.data or ()),
                categories=frozenset(self.categories.data or ()),
                provinces=frozenset(self.provinces.data or ()),
                communes=frozenset((self.communes.data or "").split()),
                tags=frozenset(self.tags.data or ()),
                flags=frozenset(self.flags.data or ()),
                words=frozenset(filter(None, lines)),
            ),
            target=self.target.data,
            first_responder=COMMUNE_POLICE if self.responder.data else None,
            priority=member(Priority, self.priority.data),
            restriction=member(Restriction, self.restriction.data),
            reason_vi=(self.reason_vi.data or "").strip(),
            reason_en=(self.reason_en.data or "").strip(),
        )


def rule_data(rule: Rule) -> dict[str, Any]:
    """Return what a form shows of a rule."""
    asked = rule.conditions
    return {
        "number": rule.number,
        "kinds": sorted(asked.kinds),
        "categories": sorted(asked.categories),
        "provinces": sorted(asked.provinces),
        "communes": " ".join(sorted(asked.communes)),
        "tags": sorted(asked.tags),
        "flags": sorted(asked.flags),
        "words": "\n".join(sorted(asked.words)),
        "target": rule.target,
        "responder": rule.first_responder is not None,
        "priority": rule.priority.value if rule.priority else "",
        "restriction": rule.restriction.value if rule.restriction else "",
        "reason_vi": rule.reason_vi,
        "reason_en": rule.reason_en,
    }
