"""A second factor, given in a form: at sign-in, and again before what is worth asking twice."""

from __future__ import annotations

from flask import render_template
from flask_login import current_user
from flask_wtf import FlaskForm
from wtforms import HiddenField, StringField
from wtforms.validators import Length

from forum.adapters.passkeys import LONGEST_ANSWER, RelyingParty
from forum.domain.errors import DomainError
from forum.extensions import house, reading, unit_of_work
from forum.services import proofs
from forum.services.sign_in import TooManyTries
from forum.web.access import SignedIn
from forum.web.entering import carry, device
from forum.web.errors import say
from forum.web.translations import gettext
from forum.web.translations import lazy_gettext as _

PREFIX = "proof-"


class ProofForm(FlaskForm):
    """A code of the app or from paper, or what a passkey has signed."""

    code = StringField(_("Code"), [Length(max=40, message=_("This is too long for a code."))])
    passkey = HiddenField("", [Length(max=LONGEST_ANSWER)])

    def __init__(self) -> None:
        super().__init__(prefix=PREFIX)

    @property
    def is_given(self) -> bool:
        """Whether anything was typed or signed."""
        return bool((self.code.data or "").strip() or self.passkey.data)


def party() -> RelyingParty:
    """Return the forum as passkeys know it."""
    return RelyingParty.at(house().config.base_url)


def proved(form: ProofForm) -> SignedIn | None:
    """Check what was given; on success the session goes on under a new token, otherwise the form says why not.

    Nothing given is no try, and is not counted as one.
    """
    if not form.validate():
        return None
    if not form.is_given:
        form.code.errors = [gettext("Please type a code here.")]
        return None
    try:
        return _proved(proofs.Offered(form.code.data or "", form.passkey.data or ""))
    except DomainError as fault:
        form.passkey.data = ""
        form.code.errors = [say(fault)]
        return None


def asking(template: str, form: ProofForm, **values: object) -> str:
    """Render a page that asks for a factor; it offers what the account has."""
    work = reading()
    has_passkey = bool(proofs.passkeys_of(work, current_user.account.id))
    return render_template(template, form=form, has_passkey=has_passkey, **values)


def _proved(offered: proofs.Offered) -> SignedIn:
    account = current_user.account
    prover = proofs.Prover(account.id, account.username, account.session_id, account.proved_at is not None)
    try:
        with unit_of_work() as work:
            digest = proofs.count_proof(work, prover, device=device())
    except TooManyTries:
        with unit_of_work() as work:
            proofs.refuse_proof(work, prover)
        raise
    with unit_of_work() as work:
        token = proofs.settle_proof(work, prover, offered, party(), digest=digest)
    if token is None:
        raise proofs.WrongProof
    return carry(token)
