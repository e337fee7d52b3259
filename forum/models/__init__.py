"""Tables of the forum, one class a file; relationships point from child to parent only."""

from __future__ import annotations

from forum.models.access_log import AccessAction, AccessRow
from forum.models.account import Account
from forum.models.approval_policy import ApprovalPolicy
from forum.models.attachment import Attachment
from forum.models.base import Base
from forum.models.calendar_day import CalendarDay
from forum.models.category import CategoryEntry
from forum.models.closed_day import ClosedDay
from forum.models.cluster_lead import ClusterLead
from forum.models.commune import Commune
from forum.models.consent_policy import ConsentPolicy
from forum.models.custodian_key import CustodianKey
from forum.models.custody_key import CustodyKey
from forum.models.custody_recovery import CustodyRecovery
from forum.models.custody_share import CustodyShare
from forum.models.day_duration import DayDuration
from forum.models.day_fact import DayFact
from forum.models.department import Department
from forum.models.erased_count import ErasedCount, ErasedDuration
from forum.models.erasure import Erasure
from forum.models.erasure_request import ErasureRequest
from forum.models.identity import Identity
from forum.models.identity_request import IdentityRequest
from forum.models.membership import Membership
from forum.models.month_duration import MonthDuration
from forum.models.month_fact import MonthFact
from forum.models.notice_address import NoticeAddress
from forum.models.outbox import OutboxJob
from forum.models.passkey import Passkey
from forum.models.pending_grant import PendingGrant
from forum.models.policy import PolicyRow
from forum.models.province import Province
from forum.models.recovery_code import RecoveryCode
from forum.models.routing_rule import RoutingRuleRow
from forum.models.setting_event import SettingEvent
from forum.models.sign_in_session import SignInSession
from forum.models.sign_on import SignOn
from forum.models.tag import Tag
from forum.models.team import Team
from forum.models.team_successor import TeamSuccessor
from forum.models.throttle import Throttle
from forum.models.tip import Tip
from forum.models.tip_event import TipEventRow
from forum.models.tip_grant import TipGrant
from forum.models.tip_search import TipSearch
from forum.models.totp import Totp

__all__ = [
    "AccessAction",
    "AccessRow",
    "Account",
    "ApprovalPolicy",
    "Attachment",
    "Base",
    "CalendarDay",
    "CategoryEntry",
    "ClosedDay",
    "ClusterLead",
    "Commune",
    "ConsentPolicy",
    "CustodianKey",
    "CustodyKey",
    "CustodyRecovery",
    "CustodyShare",
    "DayDuration",
    "DayFact",
    "Department",
    "ErasedCount",
    "ErasedDuration",
    "Erasure",
    "ErasureRequest",
    "Identity",
    "IdentityRequest",
    "Membership",
    "MonthDuration",
    "MonthFact",
    "NoticeAddress",
    "OutboxJob",
    "Passkey",
    "PendingGrant",
    "PolicyRow",
    "Province",
    "RecoveryCode",
    "RoutingRuleRow",
    "SettingEvent",
    "SignInSession",
    "SignOn",
    "Tag",
    "Team",
    "TeamSuccessor",
    "Throttle",
    "Tip",
    "TipEventRow",
    "TipGrant",
    "TipSearch",
    "Totp",
]
