"""Every event of a tip as one sentence: who did what, for which unit."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from forum.domain.events import ActorKind
from forum.domain.events import EventKind as E
from forum.domain.vocabulary import Category, Channel, Kind, Priority, Restriction
from forum.reports.tip_page import EventRow, TipPage
from forum.services.rulebook import Rulebook
from forum.services.transfers import DeclineReason
from forum.web.filters import moment
from forum.web.labels import label, name_of
from forum.web.translations import gettext, ngettext

_: Callable[..., str] = gettext


@dataclass(frozen=True, slots=True)
class Teller:
    """Tells the events of one tip."""

    page: TipPage
    rulebook: Rulebook

    def tell(self, event: EventRow) -> str:
        """Return the sentence of an event."""
        return _SENTENCES[event.kind](self, event, self.who(event))

    def who(self, event: EventRow) -> str:
        """Return who did it, officers with the unit they acted for."""
        if event.actor_kind is ActorKind.CITIZEN:
            return self.sender
        if event.actor_kind is ActorKind.SYSTEM or event.account_id is None:
            return _("The program")
        name = self.page.people.get(event.account_id, "?")
        return _("%(name)s (%(team)s)", name=name, team=self.team(event.team_id)) if event.team_id else name

    @property
    def sender(self) -> str:
        """What the sender is called: by a code of the tip when a name was left, which nobody here reads."""
        code = self.page.pseudonym
        return _("Informant %(code)s", code=code) if code else _("The sender")

    def team(self, team_id: int | None) -> str:
        """Return the name of a team."""
        return "–" if team_id is None else name_of(self.rulebook.teams.get(team_id))

    def number(self, event: EventRow, detail: str) -> str:
        """Return the number of another tip, unless the reader must not know of it."""
        number = event.details.get(detail, "–")
        return number if number in self.page.known_numbers else _("(not for you to see)")

    def category(self, value: Category) -> str:
        """Return the word of a category."""
        return next((name_of(entry) for entry in self.rulebook.categories if entry.code == value), value.value)


Sentence = Callable[[Teller, EventRow, str], str]


def _received(teller: Teller, event: EventRow, who: str) -> str:
    team = teller.team(event.changes["team_id"])
    origin = event.details.get("split_from")
    if origin:
        return _("%(who)s split this part off tip %(number)s.", who=who, number=teller.number(event, "split_from"))
    channel: Channel = event.changes["channel"]
    return _("The tip came in (%(channel)s) and went to %(team)s.", channel=label(channel), team=team)


def _class_words(teller: Teller, changes: Mapping[str, Any]) -> str:
    kind: Kind = changes["kind"]
    priority: Priority = changes["priority"]
    return f"{label(kind)}, {teller.category(changes['category'])}, {label(priority)}"


def _triaged(teller: Teller, event: EventRow, who: str) -> str:
    return _("%(who)s classified the tip: %(words)s.", who=who, words=_class_words(teller, event.changes))


def _reclassified(teller: Teller, event: EventRow, who: str) -> str:
    return _("%(who)s changed the class: %(words)s.", who=who, words=_class_words(teller, event.changes))


def _sent(teller: Teller, event: EventRow, who: str) -> str:
    return _("%(who)s sent the tip to %(team)s.", who=who, team=teller.team(event.changes["team_id"]))


def _routed(teller: Teller, event: EventRow, who: str) -> str:
    team = teller.team(event.changes["team_id"])
    responder = event.changes.get("responder_team_id")
    said = _("%(who)s passed the tip to %(team)s.", who=who, team=team)
    if "rule" in event.details:
        rule = event.details["rule"]
        followed = _("as rule %(number)s suggests", number=rule)
        other = _("other than rule %(number)s suggests", number=rule)
        way = followed if event.details.get("as_suggested") else other
        said = _("%(who)s passed the tip to %(team)s, %(way)s.", who=who, team=team, way=way)
    if responder:
        said += " " + _("First on the spot: %(team)s.", team=teller.team(responder))
    return said


def _assigned(teller: Teller, event: EventRow, who: str) -> str:
    officer = teller.page.people.get(event.changes.get("assignee_id") or 0, "?")
    return _("%(who)s gave the tip to %(officer)s.", who=who, officer=officer)


def _noted(_teller: Teller, event: EventRow, who: str) -> str:
    files = event.details.get("files", 0)
    said = _("%(who)s wrote a note.", who=who)
    return f"{said} {ngettext('%(num)d file', '%(num)d files', files)}." if files else said


def _answered(teller: Teller, event: EventRow, who: str) -> str:
    if event.details.get("with_master"):
        number = teller.number(event, "with_master")
        return _("%(who)s answered, together with tip %(number)s.", who=who, number=number)
    return _("%(who)s answered the sender.", who=who)


def _closed(_teller: Teller, event: EventRow, who: str) -> str:
    outcome = event.changes
    words = [
        _("founded") if outcome.get("founded") else _("not founded"),
        _("valuable") if outcome.get("valuable") else _("not valuable"),
    ]
    if outcome.get("grassroots"):
        words.append(_("settled at the grassroots"))
    if outcome.get("cases") or outcome.get("offenders"):
        words.append(
            _(
                "%(cases)s cases, %(offenders)s offenders",
                cases=outcome.get("cases", 0),
                offenders=outcome.get("offenders", 0),
            )
        )
    return _("%(who)s closed the tip: %(words)s.", who=who, words=", ".join(words))


def _rated(_teller: Teller, event: EventRow, who: str) -> str:
    solved = _("solved") if event.changes["is_solved"] else _("not solved")
    score = event.changes["score"]
    return _("%(who)s rated the answer: %(solved)s, %(score)s of 5.", who=who, solved=solved, score=score)


def _duplicated(teller: Teller, event: EventRow, who: str) -> str:
    return _("%(who)s joined the tip to tip %(number)s.", who=who, number=teller.number(event, "master"))


def _followed(teller: Teller, event: EventRow, _who: str) -> str:
    return _("The tip followed the one it is joined to, to %(team)s.", team=teller.team(event.changes["team_id"]))


def _split(teller: Teller, event: EventRow, who: str) -> str:
    return _("%(who)s split a part off: tip %(number)s.", who=who, number=teller.number(event, "part"))


def _declined(_teller: Teller, event: EventRow, who: str) -> str:
    reason = DeclineReason(event.details["reason"])
    return _("%(who)s did not take the tip up: %(reason)s.", who=who, reason=label(reason))


def _restricted(teller: Teller, event: EventRow, who: str) -> str:
    restriction: Restriction = event.changes["restriction"]
    teams = ", ".join(teller.team(team_id) for team_id in event.changes["granted_team_ids"])
    return _("%(who)s restricted the tip (%(why)s) to: %(teams)s.", who=who, why=label(restriction), teams=teams)


def _recomputed(_teller: Teller, event: EventRow, _who: str) -> str:
    dues = [value for name, value in event.changes.items() if name.endswith("_due_at") and value]
    until = moment(dues[0]) if dues else "–"
    return _("The work calendar changed; the deadline is now %(due)s.", due=until)


_SENTENCES: Mapping[E, Sentence] = {
    E.RECEIVED: _received,
    E.TRIAGED: _triaged,
    E.RECLASSIFIED: _reclassified,
    E.SENT_TO_DESK: _sent,
    E.ROUTED: _routed,
    E.ACCEPTED: lambda _t, _e, who: _("%(who)s took the tip on.", who=who),
    E.ASSIGNED: _assigned,
    E.RESPONDED: lambda _t, _e, who: _("%(who)s reported from the spot.", who=who),
    E.NOTED: _noted,
    E.INFORMED: lambda _t, _e, who: _("%(who)s told the sender how things stand.", who=who),
    E.ASKED: lambda _t, _e, who: _("%(who)s asked the sender; the clock of the unit stands still.", who=who),
    E.REPLIED: lambda _t, _e, who: _("%(who)s replied; the clock of the unit runs again.", who=who),
    E.ADDED: lambda _t, _e, who: _("%(who)s added something.", who=who),
    E.ANSWER_PROPOSED: lambda _t, _e, who: _("%(who)s proposed an answer to the lead.", who=who),
    E.ANSWER_RETURNED: lambda _t, _e, who: _("%(who)s gave the proposed answer back.", who=who),
    E.ANSWERED: _answered,
    E.CLOSED: _closed,
    E.RATED: _rated,
    E.REOPENED: lambda _t, _e, _who: _("The tip was opened again: it was not solved. A lead takes it on."),
    E.DUPLICATED: _duplicated,
    E.UNLINKED: lambda _t, _e, who: _("%(who)s parted the tip from the one it was joined to.", who=who),
    E.FOLLOWED: _followed,
    E.SPLIT: _split,
    E.TRANSFERRED_OUT: lambda _t, _e, who: _("%(who)s handed the tip over to another authority.", who=who),
    E.DECLINED: _declined,
    E.RESTRICTED: _restricted,
    E.RESTRICTION_LIFTED: lambda _t, _e, who: _("%(who)s opened the restricted tip.", who=who),
    E.DEADLINE_RECOMPUTED: _recomputed,
    E.IDENTITY_HANDED_OVER: lambda _t, _e, who: _(
        "%(who)s handed over who sent the tip to the custodians of the province that has it now.", who=who
    ),
    E.IDENTITY_REQUESTED: lambda _t, _e, who: _(
        "%(who)s asked to see who sent the tip; a second person decides.", who=who
    ),
    E.IDENTITY_CONSENTED: lambda _t, _e, who: _("%(who)s agreed that the name is opened, once.", who=who),
    E.IDENTITY_REFUSED: lambda _t, _e, who: _("%(who)s did not agree that the name is opened.", who=who),
    E.HELD: lambda _t, _e, who: _("%(who)s holds the tip back from being erased, with a reason.", who=who),
    E.HOLD_LIFTED: lambda _t, _e, who: _("%(who)s no longer holds the tip back from being erased.", who=who),
    E.IDENTITY_OPENED: lambda _t, _e, who: _("%(who)s saw who sent the tip, with a reason in writing.", who=who),
}
"""Complete: a kind without a sentence fails the tests."""
