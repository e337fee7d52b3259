"""The words of lists that only the settings and their record show."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from forum.domain.powers import Why
from forum.domain.routing import CLUSTER_DESK, COMMUNE_POLICE, INSPECTORATE, INTAKE, LEAD_INSPECTORATE
from forum.domain.sla import PolicyClock, PolicyUnit
from forum.domain.working_time import DayKind
from forum.web.translations import lazy_gettext as _

_CLOCKS: Mapping[PolicyClock, Any] = {
    PolicyClock.CITIZEN: _("Answer to the citizen"),
    PolicyClock.CITIZEN_EXTENDED: _("Answer to the citizen, extended"),
    PolicyClock.CITIZEN_EXTENDED_AGAIN: _("Answer to the citizen, extended again"),
    PolicyClock.TEAM: _("Handling by the team"),
    PolicyClock.FIRST_RESPONDER: _("First steps of the commune police"),
    PolicyClock.FIRST_RESPONSE: _("First response to the citizen"),
    PolicyClock.NOTIFY: _("Notice to sender and procuracy"),
    PolicyClock.ACCEPTANCE: _("Decision whether to take it up"),
    PolicyClock.ACCEPTANCE_EXTENDED: _("Decision whether to take it up, extended"),
    PolicyClock.HANDOVER: _("Handing the file over"),
    PolicyClock.CLOSING: _("Closing after the answer"),
}
_UNITS: Mapping[PolicyUnit, Any] = {
    PolicyUnit.WORKING_DAYS: _("working days"),
    PolicyUnit.CALENDAR_DAYS: _("days"),
    PolicyUnit.MONTHS: _("months"),
    PolicyUnit.HOURS: _("hours, day and night"),
    PolicyUnit.WORKING_HOURS: _("working hours"),
}
_DAYS: Mapping[DayKind, Any] = {
    DayKind.HOLIDAY: _("Holiday"),
    DayKind.DAY_OFF: _("Day off in exchange"),
    DayKind.WORKED: _("Worked in exchange"),
}
_WHYS: Mapping[Why, Any] = {
    Why.SETS_RULES: _("sets the rules and gives rights"),
    Why.READS_RECORDS: _("reads the records of everybody"),
    Why.OPENS_NAMES: _("can open who sent a tip"),
    Why.SEES_FIGURES: _("sees the figures of many units"),
    Why.READS_PROVINCE: _("reads the tips of a whole province"),
    Why.READS_ABOUT_POLICE: _("reads what is said about the police"),
}
_BY_CLASS: Mapping[tuple[type[StrEnum], str], Any] = {
    (type(member), member.value): text for words in (_CLOCKS, _UNITS, _DAYS, _WHYS) for member, text in words.items()
}
FLAGS: Mapping[str, Any] = {
    "about-police": _("the citizen says: about the police"),
    "about-leadership": _("about the leadership, the intake desk or the inspectorate"),
    "criticises-police": _("the words criticise the police"),
    "place-unknown": _("the province is not known"),
    "outside-cluster": _("the place is outside the cluster"),
    "not-in-cluster": _("the province is not known, or outside the cluster"),
    "emergency": _("the words say it is happening now"),
    "on-behalf": _("sent on behalf of another"),
    "protect-identity": _("asks to keep the name secret"),
    "needs-interpreter": _("needs an interpreter"),
}
"""The signs a rule can ask for."""
DUTIES: Mapping[str, Any] = {
    INTAKE: _("Intake desk of the province"),
    CLUSTER_DESK: _("Desk of the cluster"),
    COMMUNE_POLICE: _("Police of the commune"),
    INSPECTORATE: _("Inspectorate of the province"),
    LEAD_INSPECTORATE: _("Inspectorate of the lead province"),
}
"""Targets that name a duty rather than a department."""


def word(member: StrEnum) -> str:
    """Return the word for a member of one of these lists."""
    return str(_BY_CLASS[(type(member), member.value)])
