"""How the auditor's pages call events, accesses and what has changed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_babel import lazy_gettext as _

from forum.domain.events import ActorKind, EventKind
from forum.models import AccessAction
from forum.services.setting_events import Subject

EVENTS: Mapping[EventKind, Any] = {
    EventKind.RECEIVED: _("Received"),
    EventKind.TRIAGED: _("Classified"),
    EventKind.RECLASSIFIED: _("Classified otherwise"),
    EventKind.SENT_TO_DESK: _("Sent to a desk"),
    EventKind.ROUTED: _("Passed to a team"),
    EventKind.ACCEPTED: _("Taken on"),
    EventKind.ASSIGNED: _("Given to an officer"),
    EventKind.RESPONDED: _("First steps taken"),
    EventKind.NOTED: _("Internal note"),
    EventKind.INFORMED: _("The citizen was informed"),
    EventKind.ASKED: _("Question to the citizen"),
    EventKind.REPLIED: _("The citizen replied"),
    EventKind.ADDED: _("The citizen added something"),
    EventKind.ANSWER_PROPOSED: _("Answer proposed"),
    EventKind.ANSWER_RETURNED: _("Answer returned to be improved"),
    EventKind.ANSWERED: _("Answered"),
    EventKind.CLOSED: _("Closed"),
    EventKind.RATED: _("Rated by the citizen"),
    EventKind.REOPENED: _("Opened again"),
    EventKind.DUPLICATED: _("Joined to another tip"),
    EventKind.UNLINKED: _("Separated from another tip"),
    EventKind.FOLLOWED: _("Went along with the tip it is joined to"),
    EventKind.SPLIT: _("A part became a tip of its own"),
    EventKind.TRANSFERRED_OUT: _("Passed to another authority"),
    EventKind.DECLINED: _("Not taken up"),
    EventKind.RESTRICTED: _("Restricted to a listed few"),
    EventKind.RESTRICTION_LIFTED: _("Restriction lifted"),
    EventKind.DEADLINE_RECOMPUTED: _("Deadline counted anew"),
    EventKind.IDENTITY_OPENED: _("Identity of the sender opened"),
}
ACTORS: Mapping[ActorKind, Any] = {
    ActorKind.CITIZEN: _("the citizen"),
    ActorKind.OFFICER: _("an officer"),
    ActorKind.SYSTEM: _("the program"),
}
ACCESSES: Mapping[AccessAction, Any] = {
    AccessAction.TIP_OPENED: _("Opened a tip"),
    AccessAction.LIST_SHOWN: _("Looked at a list"),
    AccessAction.SEARCHED: _("Searched (words sealed)"),
    AccessAction.FILE_OPENED: _("Opened a file"),
    AccessAction.IDENTITY_OPENED: _("Opened the identity of a sender"),
    AccessAction.STATISTICS_SHOWN: _("Looked at figures"),
    AccessAction.EXPORTED: _("Took figures away"),
    AccessAction.LOG_READ: _("Read a record"),
    AccessAction.SIGNED_IN: _("Signed in"),
    AccessAction.SIGNED_OUT: _("Signed out"),
    AccessAction.SIGN_IN_FAILED: _("Failed to sign in"),
    AccessAction.REFUSED: _("Was refused"),
}
SUBJECTS: Mapping[Subject, Any] = {
    Subject.ACCOUNT: _("Account"),
    Subject.MEMBERSHIP: _("Role"),
    Subject.TEAM: _("Team"),
    Subject.DEPARTMENT: _("Department"),
    Subject.CATEGORY: _("Category"),
    Subject.POLICY: _("Deadline"),
    Subject.APPROVAL: _("Approval"),
    Subject.CALENDAR: _("Work calendar"),
    Subject.CLUSTER_LEAD: _("Lead of the cluster"),
    Subject.TAG: _("Tag"),
    Subject.ROUTING: _("Routing rules"),
}
SUBJECT_BY_VALUE = {subject.value: text for subject, text in SUBJECTS.items()}
