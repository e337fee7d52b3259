"""The closed word lists of the forum: one enum for each idea, stored by value."""

from __future__ import annotations

from enum import StrEnum


class Kind(StrEnum):
    """*Loại đơn*: decides which legal clock runs."""

    CRIME_REPORT = "crime-report"
    FEEDBACK = "feedback"
    PETITION = "petition"
    COMPLAINT = "complaint"
    DENUNCIATION = "denunciation"
    QUESTION = "question"
    PRAISE = "praise"


class Category(StrEnum):
    """*Lĩnh vực*: what a tip is about."""

    DRUGS = "drugs"
    CRIME = "crime"
    ONLINE = "online"
    TRAFFICKING_BORDER = "trafficking-border"
    TRAFFIC = "traffic"
    ECONOMY_ENVIRONMENT = "economy-environment"
    WEAPONS_FIREWORKS = "weapons-fireworks"
    FIRE = "fire"
    RESIDENCE_ID = "residence-id"
    SECURITY = "security"
    PUBLIC_ORDER = "public-order"
    POLICE_CONDUCT = "police-conduct"
    OTHER = "other"


class Priority(StrEnum):
    """How soon the desk must look."""

    LOW = "low"
    NORMAL = "normal"
    HIGH = "high"
    URGENT = "urgent"


class Channel(StrEnum):
    """How a tip came in."""

    WEB = "web"
    QR = "qr"
    ZALO = "zalo"
    HOTLINE = "hotline"
    LETTER = "letter"
    IN_PERSON = "in-person"


class TeamKind(StrEnum):
    """What a team is in the tree cluster → province → department or commune."""

    CLUSTER_DESK = "cluster-desk"
    PROVINCE = "province"
    INTAKE_DESK = "intake-desk"
    DEPARTMENT = "department"
    INSPECTORATE = "inspectorate"
    COMMUNE_POLICE = "commune-police"


class Role(StrEnum):
    """What a membership allows inside its team."""

    INTAKE = "intake"
    HANDLER = "handler"
    LEAD = "lead"
    SUPERVISOR = "supervisor"
    CUSTODIAN = "custodian"
    ADMINISTRATOR = "administrator"
    AUDITOR = "auditor"


class Scan(StrEnum):
    """What is known of harmful programs in a file; only the second is good news."""

    NOT_SCANNED = "not-scanned"
    CLEAN = "clean"
    INFECTED = "infected"
    FAILED = "failed"
    """The scanner was asked and did not say."""


class Restriction(StrEnum):
    """Why only a listed few may see a tip."""

    POLICE_CONDUCT = "police-conduct"
    FORMAL_WAY = "formal-way"
    SECURITY = "security"
