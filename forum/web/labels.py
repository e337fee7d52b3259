"""The words of closed lists in the visitor's language; the message ids are English."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

from forum.domain.lifecycle import Status
from forum.domain.submissions import PoliceConcern
from forum.domain.vocabulary import Channel, Kind, Priority, Restriction, Role, TeamKind
from forum.services.transfers import DeclineReason
from forum.web.translations import language, lazy_gettext

LABELS: Sequence[tuple[StrEnum, object]] = (
    (Status.RECEIVED, lazy_gettext("Received")),
    (Status.TRIAGED, lazy_gettext("Classified")),
    (Status.ROUTED, lazy_gettext("Passed to a team")),
    (Status.ACCEPTED, lazy_gettext("Taken on")),
    (Status.IN_PROGRESS, lazy_gettext("Being handled")),
    (Status.WAITING, lazy_gettext("Waiting for the sender")),
    (Status.ANSWERED, lazy_gettext("Answered")),
    (Status.CLOSED, lazy_gettext("Closed")),
    (Status.DUPLICATE, lazy_gettext("Joined to another tip")),
    (Status.TRANSFERRED_OUT, lazy_gettext("Passed to another authority")),
    (Status.DECLINED, lazy_gettext("Not taken up")),
    (Status.REOPENED, lazy_gettext("Opened again")),
    (Kind.CRIME_REPORT, lazy_gettext("Report of a crime")),
    (Kind.FEEDBACK, lazy_gettext("Feedback")),
    (Kind.PETITION, lazy_gettext("Petition")),
    (Kind.COMPLAINT, lazy_gettext("Complaint")),
    (Kind.DENUNCIATION, lazy_gettext("Denunciation")),
    (Kind.QUESTION, lazy_gettext("Question")),
    (Kind.PRAISE, lazy_gettext("Praise")),
    (Priority.LOW, lazy_gettext("Low")),
    (Priority.NORMAL, lazy_gettext("Normal")),
    (Priority.HIGH, lazy_gettext("High")),
    (Priority.URGENT, lazy_gettext("Urgent")),
    (Channel.WEB, lazy_gettext("Website")),
    (Channel.QR, lazy_gettext("QR poster")),
    (Channel.ZALO, lazy_gettext("Zalo")),
    (Channel.HOTLINE, lazy_gettext("Hotline")),
    (Channel.LETTER, lazy_gettext("Letter")),
    (Channel.IN_PERSON, lazy_gettext("In person")),
    (Restriction.POLICE_CONDUCT, lazy_gettext("About the police: a listed few may see it")),
    (Restriction.FORMAL_WAY, lazy_gettext("Formal way: a listed few may see it")),
    (Restriction.SECURITY, lazy_gettext("Security: a listed few may see it")),
    (Role.INTAKE, lazy_gettext("Intake officer")),
    (Role.HANDLER, lazy_gettext("Handling officer")),
    (Role.LEAD, lazy_gettext("Lead")),
    (Role.SUPERVISOR, lazy_gettext("Supervisor")),
    (Role.CUSTODIAN, lazy_gettext("Custodian of identities")),
    (Role.ADMINISTRATOR, lazy_gettext("Administrator")),
    (Role.AUDITOR, lazy_gettext("Auditor")),
    (TeamKind.CLUSTER_DESK, lazy_gettext("Desk of the cluster")),
    (TeamKind.PROVINCE, lazy_gettext("Provincial police")),
    (TeamKind.INTAKE_DESK, lazy_gettext("Intake desk")),
    (TeamKind.DEPARTMENT, lazy_gettext("Department")),
    (TeamKind.INSPECTORATE, lazy_gettext("Inspectorate")),
    (TeamKind.COMMUNE_POLICE, lazy_gettext("Commune police")),
    (PoliceConcern.NONE, lazy_gettext("No")),
    (PoliceConcern.PRAISE, lazy_gettext("Yes, I want to praise or thank")),
    (PoliceConcern.COMMUNE, lazy_gettext("Yes, about the police of a commune or ward")),
    (PoliceConcern.PROVINCE, lazy_gettext("Yes, about a department of the provincial police")),
    (PoliceConcern.LEADERSHIP, lazy_gettext("Yes, about the provincial leadership, its intake desk or inspectorate")),
    (DeclineReason.NOT_FOR_POLICE, lazy_gettext("Not a matter for the police")),
    (DeclineReason.NOTHING_TO_CHECK, lazy_gettext("Nothing in it can be checked")),
    (DeclineReason.ABUSIVE, lazy_gettext("Abusive, without a matter")),
    (DeclineReason.FORMAL_WAY, lazy_gettext("Must be handed in the formal way")),
)
"""A sequence, not a dict: members of different lists share values, and StrEnums are equal by value."""
_BY_CLASS = {(type(member), member.value): text for member, text in LABELS}


def label(member: StrEnum | None) -> str:
    """Return the word for a member of a closed list; a dash for None."""
    if member is None:
        return "–"
    return str(_BY_CLASS[(type(member), member.value)])


def name_of(entry: object) -> str:
    """Return the name of a table's row (team, category, department, tag) in the visitor's language."""
    return str(getattr(entry, f"name_{language()}"))


def hint_of(entry: object) -> str:
    """Return the hint of a category in the visitor's language."""
    return str(getattr(entry, f"hint_{language()}"))
