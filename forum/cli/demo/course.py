"""The vocabulary of a demo tip: what is sent in, and the steps that people then take with it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from forum.domain.vocabulary import Category, Channel, Kind, Priority


class StepKind(StrEnum):
    """What happens to a tip, in the order people do it; the class named is that of `Step.data`."""

    TRIAGE = "triage"
    """Triage: the intake desk settles kind, category, priority and tags."""
    ROUTE = "route"
    """Routing: the desk names the accountable team."""
    TRANSFER = "transfer"
    """Routing with a reason: a team that got it by mistake passes it on."""
    ACCEPT = "accept"
    ASSIGN = "assign"
    """None, both: the team takes it on; one person gets it."""
    NOTE = "note"
    """Words, internal."""
    ASK = "ask"
    REPLY = "reply"
    """Words: a question to the citizen and the answer, always as a pair unless `until` falls between."""
    INFORM = "inform"
    """Words: a first public notice that settles nothing."""
    PROPOSE_ANSWER = "propose-answer"
    """Answer: the final public answer, written."""
    APPROVE = "approve"
    """None: a lead lets the answer out. Left out by a player where the policy lets the handler answer alone."""
    CLOSE = "close"
    """Outcome."""
    RATE = "rate"
    """Rating by the citizen; one that is not solved is followed at once by REOPEN."""
    ADD = "add"
    """Words: the citizen adds something, in any state."""
    REOPEN = "reopen"
    """Words. A player whose rating reopens by itself passes them along with it."""
    DUPLICATE = "duplicate"
    """DuplicateOf; always the last step."""
    TRANSFER_OUT = "transfer-out"
    """Referral to another authority; always the last step."""
    DECLINE = "decline"
    """Refusal, never of a crime report; always the last step."""


@dataclass(frozen=True, slots=True)
class Triage:
    """What the desk decides; the place as far as it can be made out from the text, beyond what the citizen chose."""

    kind: Kind
    category: Category
    priority: Priority
    tags: tuple[str, ...] = ()
    province_code: str | None = None
    commune_code: str | None = None


@dataclass(frozen=True, slots=True)
class Routing:
    """Where a tip goes, always inside the province that triage found.

    `target` is a department code ("PC04") or one of "commune-police", "intake", "inspectorate", "lead-inspectorate".
    The commune police is never planned where triage found no commune. `reason` is empty on a first routing.
    """

    target: str
    with_first_responder: bool = False
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Words:
    """A text and nothing else."""

    text: str


@dataclass(frozen=True, slots=True)
class Answer:
    """The final public answer; `is_formal_way` when it explains how to complain or denounce in due form."""

    text: str
    is_formal_way: bool = False


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a tip ends; `is_founded` is None where the question does not arise (questions, praise, formal ways)."""

    is_founded: bool | None = None
    is_valuable: bool = False
    is_grassroots: bool = False
    cases: int = 0
    offenders: int = 0


@dataclass(frozen=True, slots=True)
class Rating:
    """What the citizen thinks of the answer; `score` from 1 to 5, `words` may be empty."""

    is_solved: bool
    score: int
    words: str


@dataclass(frozen=True, slots=True)
class DuplicateOf:
    """The `number` of the earlier tip about the same thing."""

    number: int


@dataclass(frozen=True, slots=True)
class Referral:
    """Another authority, its address, the letter to it, and the notice to the citizen."""

    authority: str
    address: str
    letter: str
    notice: str


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why nothing is done, told to the citizen."""

    text: str


StepData = Triage | Routing | Words | Answer | Outcome | Rating | DuplicateOf | Referral | Refusal | None


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that happens, `after` the step before it (the first: after receipt) on the wall clock.

    The delays already fall into office hours for officers and waking hours for citizens, so a player only adds
    them up. Steps that would lie beyond the `until` of the corpus are not there: such a tip is still open.
    """

    kind: StepKind
    after: timedelta
    data: StepData = None


class When(StrEnum):
    """What the citizen says about the time of the event."""

    NOW = "now"
    DATE = "date"
    UNSURE = "unsure"


@dataclass(frozen=True, slots=True)
class CommuneLite:
    """As much of a commune as the corpus needs; `name_full` like "Xã Vân Hồ"."""

    code: str
    province_code: str
    name: str
    name_full: str
    province_name: str
    """Without the word for province, like "Sơn La"."""


@dataclass(frozen=True, slots=True)
class Sender:
    """A plainly fictional name and telephone number."""

    name: str
    phone: str


@dataclass(frozen=True, slots=True)
class DemoTip:
    """One tip as it comes in, what a desk would call it, and what becomes of it."""

    number: int
    """1 for the oldest; DuplicateOf points to it."""
    received_at: datetime
    text: str
    category: Category
    """As the citizen picks it: now and then wrong, or simply "other"."""
    true_category: Category
    kind: Kind
    province_code: str | None
    """None when the citizen names no place; also a province outside the cluster."""
    commune_code: str | None
    place_text: str
    when: When
    when_on: date | None
    """Set for When.DATE only."""
    when_text: str
    channel: Channel
    about_police: str | None
    """The unit, when the tip is about one."""
    wants_name: Sender | None
    notice_address: str
    """Where to say that there is news; mostly empty."""
    has_picture: bool
    course: tuple[Step, ...]
