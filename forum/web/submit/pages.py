"""The pages of a submission: the form with all that was typed, and the receipt."""

from __future__ import annotations

from collections.abc import Sequence

from flask import current_app, render_template, url_for
from markupsafe import Markup
from phonenumbers import Leniency, PhoneNumberMatcher

from forum.domain import receipts
from forum.domain.submissions import Submission
from forum.domain.urgency import Hotline
from forum.extensions import house, reading
from forum.services.submission import Acknowledgement
from forum.web.fields import choices
from forum.web.labels import hint_of, name_of
from forum.web.place_names import place_name
from forum.web.qr import draw_with_digits
from forum.web.submit.form_token import FormToken
from forum.web.submit.forms import SubmissionForm
from forum.web.submit.known_name import known_name
from forum.web.submit.places import commune_table

FEWEST_DIGITS = 5
"""From so many digits on, what was given as contact is meant to be a telephone number."""
INTERNAL_PREFIX = "069"
"""The numbers of the police's own network, which the library of numbers does not know."""


def form_page(
    form: SubmissionForm,
    *,
    hotlines: Sequence[Hotline] = (),
    said: str = "",
    has_checked_place: bool = False,
    has_known_name: bool = True,
) -> str:
    """Render the form with what was typed; `said` is what must be told before anything else."""
    now = house().clock()
    given = FormToken.read(form.token.data or "", current_app.config["SECRET_KEY"])
    token = given if given and given.is_fresh(now) else FormToken.issue(now)
    form.token.data = token.sign(current_app.config["SECRET_KEY"])
    rulebook = reading().rulebook
    known = known_name() if has_known_name else None
    form.known.data = known.mark if known else ""
    form.offer()
    place = form.read_place(rulebook.gazetteer)
    form.place_asked.data = place.mark if place.choices else ""
    categories = [entry for entry in rulebook.categories if entry.is_active]
    form.category.choices = choices({entry.code: name_of(entry) for entry in categories})
    return render_template(
        "submit/form.html",
        form=form,
        place=place,
        formers={candidate.commune_code: candidate.former for candidate in place.choices},
        has_checked_place=has_checked_place,
        hotlines=[hotline.value for hotline in hotlines],
        said=said,
        known=known,
        communes_url=url_for("submit.communes", v=commune_table().version),
        hints={entry.code: hint_of(entry) for entry in categories},
        pictograms={entry.code: entry.pictogram for entry in categories},
    )


def receipt_page(
    acknowledgement: Acknowledgement, submission: Submission | None = None, *, hotlines: Sequence[Hotline] = ()
) -> str:
    """Render the receipt, or that it has been kept already; `submission` only where it has just been read."""
    if acknowledgement.receipt is None:
        return render_template("submit/kept_before.html")
    return render_template(
        "submit/receipt.html",
        receipt=acknowledgement.receipt,
        groups=receipts.grouped(acknowledgement.receipt).split(),
        qr=qr_picture(acknowledgement.receipt),
        follow_url=f"{house().config.base_url}{url_for('follow.index')}",
        team=name_of(reading().rulebook.teams.get(acknowledgement.team_id)),
        due_at=acknowledgement.due_at,
        place=place_name(acknowledgement.province_code, acknowledgement.commune_code),
        hotlines=[hotline.value for hotline in hotlines],
        is_now=submission is not None and submission.moment == "now",
        doubtful_contact=submission.contact if submission and is_doubtful(submission.contact) else "",
    )


def qr_picture(receipt: str) -> Markup:
    """Return a drawing of the address that opens the page with the digits behind the "#", which is never sent."""
    return draw_with_digits(f"{house().config.base_url}{url_for('follow.index')}#", receipt)


def is_doubtful(contact: str) -> bool:
    """Whether a contact is meant to be a telephone number that cannot be one; it is kept as typed all the same."""
    digits = "".join(sign for sign in contact if sign.isdigit())
    if "@" in contact or len(digits) < FEWEST_DIGITS or digits.startswith(INTERNAL_PREFIX):
        return False
    return not PhoneNumberMatcher(contact, "VN", leniency=Leniency.POSSIBLE).has_next()
