"""Which team answers for a new tip from its first second, and who may see it."""

from __future__ import annotations

from dataclasses import dataclass

from forum.domain.submissions import PoliceConcern, Submission, concerns_leadership, stated_concern
from forum.domain.suggestion import Suggestion, suggest
from forum.domain.text import readable
from forum.domain.tip_text import TipText
from forum.domain.vocabulary import Category, Kind, Priority, Restriction
from forum.services.work import Work

CRITICISES_POLICE = "criticises-police"


@dataclass(frozen=True, slots=True)
class Intake:
    """The first class, place and team of a tip; a person at the desk decides on the rest."""

    kind: Kind
    category: Category
    priority: Priority
    province_code: str | None
    commune_code: str | None
    team_id: int
    is_about_police: bool
    restriction: Restriction | None


def first_team(work: Work, submission: Submission, text: TipText) -> Intake:
    """Derive everything on the server, from the words and the citizen's choices.

    A tip about the police goes to the inspectorate at once (that of the lead province when it concerns the
    leadership, the desk or the inspectorate itself); so does one whose words alone sound so: what was restricted
    wrongly can be opened again, what was read by the person named cannot be unread.
    """
    concern = stated_concern(submission)
    is_praise = concern is PoliceConcern.PRAISE
    about_police = concern not in {PoliceConcern.NONE, PoliceConcern.PRAISE}
    found = suggest(
        text.body,
        chosen_category=submission.category.value if submission.category else None,
        about_police=about_police,
        lexicon=work.rulebook.lexicon,
    )
    province, commune = resolve_place(work, submission, text)
    restricted = about_police or (CRITICISES_POLICE in found.flags and not is_praise)
    team_id = _team(work, province, submission, restricted=restricted)
    return Intake(
        kind=Kind.PRAISE if is_praise else _kind(found, restricted=restricted),
        category=submission.category or found.category,
        priority=found.priority,
        province_code=province,
        commune_code=commune,
        team_id=team_id,
        is_about_police=about_police or is_praise,
        restriction=Restriction.POLICE_CONDUCT if restricted else None,
    )


def resolve_place(work: Work, submission: Submission, text: TipText) -> tuple[str | None, str | None]:
    """Return the province and commune: as chosen, or as the words say beyond doubt; None where they do not."""
    if submission.commune_code:
        police = work.rulebook.teams.commune_police(submission.commune_code)
        if police is not None:
            return police.province_code, police.commune_code
    match = work.rulebook.gazetteer.resolve(readable(text.place or text.body), province_code=submission.province_code)
    if match.is_certain and match.candidates:
        sure = match.candidates[0]
        if submission.province_code in {None, sure.province_code}:
            return sure.province_code, sure.commune_code
    return submission.province_code or match.province_code, None


def _team(work: Work, province: str | None, submission: Submission, *, restricted: bool) -> int:
    teams = work.rulebook.teams
    if not restricted:
        return teams.desk(province).id
    if concerns_leadership(submission.police, submission.police_unit):
        return teams.inspectorate(teams.lead_province_code).id
    return teams.inspectorate(province).id


def _kind(found: Suggestion, *, restricted: bool) -> Kind:
    return Kind.FEEDBACK if restricted and found.kind is Kind.PRAISE else found.kind
