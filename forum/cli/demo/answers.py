"""What officers write in the demo: public answers, notices, questions, notes and letters, in a kind tone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from random import Random

from forum.cli.demo.chances import happens
from forum.cli.demo.course import Answer, Outcome, Referral, Refusal
from forum.cli.demo.phrases import Phrasebook, Scenario
from forum.domain.vocabulary import Category, Kind

_MORE_SHARE = 0.5
_PLAIN_ANSWERS = frozenset({Kind.QUESTION, Kind.PRAISE})
_ACTED_UPON = frozenset({Kind.CRIME_REPORT, Kind.FEEDBACK, Kind.PETITION})


@dataclass(frozen=True, slots=True)
class Writer:
    """Writes for one tip; the same slots as the tip's own text, so that an answer speaks of its sums and places."""

    scenario: Scenario
    topic: str
    slots: Mapping[str, str]
    book: Phrasebook
    rng: Random

    def line(self, use: str, key: str = "any") -> str:
        """Draw one filled phrase."""
        return self.book.pick(self.rng, use, key).format_map(self.slots)

    def question(self) -> tuple[str, str]:
        """Ask the citizen for what is missing; return the question and a reply that fits it."""
        question, *replies = self.line("ask", self.scenario.category).split("|")
        return question, self.rng.choice(replies)

    def note(self, use: str) -> str:
        """Write an internal note."""
        if self.scenario.category is Category.POLICE_CONDUCT:
            return self.line(use, "inspectorate")
        special = [key for key in (self.scenario.category, self.scenario.kind) if (use, key) in self.book.pools]
        return self.line(use, special[0] if special else "any")

    def addition(self) -> str:
        """Let the citizen add something while waiting."""
        return self.line("add", "any" if self.scenario.tense == "habit" else "general")

    def objection(self) -> str:
        """Let the citizen say why it is not solved; neutral where there is nothing that could go on."""
        is_open_ended = self._police_or(self.scenario.kind) in _ACTED_UPON
        return self.line("reopen", "any" if is_open_ended else "general")

    def notice(self) -> str | None:
        """Say that the matter is being looked into; None for kinds that are answered outright."""
        if self.scenario.kind not in _ACTED_UPON:
            return None
        return f"{self.line('greeting')}\n\n{self.line('pending', self._police_or(self.scenario.kind))}"

    def answer(self, outcome: Outcome) -> Answer:
        """Write the final answer that fits the outcome."""
        kind = self.scenario.kind
        return Answer(self._framed(self.line("thanks", kind), self._body(outcome)), self.scenario.path == "formal-way")

    def second_answer(self) -> Answer:
        """Answer again after the citizen was not satisfied."""
        key = self._police_or("any" if self.scenario.kind in _ACTED_UPON else Kind.QUESTION)
        return Answer(self._framed(self.line("apology", key), self.line("again", key)))

    def referral(self) -> Referral:
        """Hand on to the authority that the scenario names."""
        key = self.scenario.path.partition(":")[2]
        authority, address = self.line("authority", key).split("|")
        return self._referral(authority, address, self.line("letter"))

    def referral_outside(self, police: tuple[str, str]) -> Referral:
        """Hand on to the police of a province outside the cluster, given with their address."""
        return self._referral(*police, self.line("letter-outside"))

    def refusal(self) -> Refusal:
        """Decline with the reason that suits noise."""
        return Refusal(f"{self.line('greeting')}\n\n{self.line('decline', 'noise')}")

    def _body(self, outcome: Outcome) -> str:
        scenario = self.scenario
        if scenario.path == "formal-way":
            return self.line("formal-way", scenario.kind)
        if scenario.kind is Kind.PRAISE:
            return self.line("info", Kind.PRAISE)
        if scenario.kind is not Kind.QUESTION and not outcome.is_founded:
            return self.line("unfounded", self._police_or(scenario.manner))
        body = self.rng.choice(scenario.answers[self.topic]).format_map(self.slots)
        return f"{body} {self.line('more', self._police_or('any'))}" if self._wants_more() else body

    def _police_or(self, key: str) -> str:
        """Choose the words for misconduct, which name nobody of the commune, or those under `key`."""
        return Category.POLICE_CONDUCT if self.scenario.category is Category.POLICE_CONDUCT else key

    def _wants_more(self) -> bool:
        return self.scenario.kind not in _PLAIN_ANSWERS and happens(self.rng, _MORE_SHARE)

    def _framed(self, thanks: str, body: str) -> str:
        scenario = self.scenario
        follow = self.line("follow", "any" if scenario.kind in _ACTED_UPON else Kind.QUESTION)
        is_complete = scenario.kind is Kind.PRAISE or scenario.category is Category.POLICE_CONDUCT
        last = self.line("goodbye") if is_complete or happens(self.rng, 0.4) else f"{follow} {self.line('goodbye')}"
        return f"{self.line('greeting')}\n\n{thanks} {body}\n\n{last}"

    def _referral(self, authority: str, address: str, text: str) -> Referral:
        letter = self.line("letter-frame").replace("[authority]", authority).replace("[letter]", text)
        told = self.line("handed-on").replace("[authority]", authority)
        notice = f"{self.line('greeting')}\n\n{told}\n\n{self.line('goodbye')}"
        return Referral(authority, address, letter, notice)
