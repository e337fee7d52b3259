"""What a custodian can do now about a name: ask a second person, wait for the answer, or open it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from wtforms import ValidationError

from forum.domain.consent import RequestState
from forum.domain.permissions import Permission
from forum.services.consent import SHORTEST_REASON, open_request, rule_of
from forum.web.fields import passphrase_field
from forum.web.tips.case import Case
from forum.web.tips.forms import ActionForm, ReasonForm
from forum.web.translations import gettext

ASK = "ask-identity"
OPEN = "open-identity"


class AskForm(ReasonForm):
    """Why somebody must know who sent a tip."""

    def validate_reason(self, field: Any) -> None:
        """Ask for more than a word."""
        if len(field.data.strip()) < SHORTEST_REASON:
            raise ValidationError(gettext("Please write why you must know who sent this tip."))


class OpenForm(ActionForm):
    """What unlocks the custodian's key; the reason was given when a second person was asked."""

    passphrase = passphrase_field()


class ReasonedOpenForm(AskForm):
    """The reason, and what unlocks the custodian's key, where nobody else must agree."""

    passphrase = passphrase_field()


@dataclass(frozen=True, slots=True)
class IdentityStep:
    """The step with its form; without a form, a request waits. `until` is when the request or the consent runs out."""

    name: str
    form: ActionForm | None
    until: datetime | None = None


def identity_step(case: Case, *, is_fresh: bool = True) -> IdentityStep | None:
    """Return the step that is next; None for whoever is no custodian, and for an anonymous tip."""
    if not (case.page.has_identity and case.actor.holds(Permission.OPEN_IDENTITY)):
        return None
    request = open_request(case.work, case.tip, case.actor.account_id)
    if request is not None and request.state is RequestState.CONSENTED:
        return IdentityStep(OPEN, OpenForm(name=OPEN, is_fresh=is_fresh), request.expires_at)
    if not rule_of(case.work, case.tip).needs_consent:
        return IdentityStep(OPEN, ReasonedOpenForm(name=OPEN, is_fresh=is_fresh))
    if request is not None:
        return IdentityStep(ASK, None, request.expires_at)
    return IdentityStep(ASK, AskForm(name=ASK, is_fresh=is_fresh))
