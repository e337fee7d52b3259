"""The labelled tips through the real door: handed in, classified as the words suggest, routed as the rules say."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from forum.domain.routing import CLUSTER_DESK, COMMUNE_POLICE, INSPECTORATE, INTAKE, LEAD_INSPECTORATE
from forum.domain.submissions import PoliceConcern
from forum.domain.vocabulary import Category, Channel, Restriction, Role
from forum.models import Tip
from forum.services import routing, triage
from forum.services.tips import lock_tip
from forum.services.work import Work
from tests.factories import make_actor, send_tip, tip_of

SAMPLES = {
    sample["id"]: sample
    for name in ("tips.json", "own_tips.json")
    for sample in json.loads((Path(__file__).parents[1] / "samples" / name).read_text("utf-8"))
}
OF_LEAD = "20"
"""The province that leads the cluster, whose inspectorate takes what nobody nearer may see."""


def wanted_team(sample: dict[str, Any]) -> str:
    """Return the code of the team that the sample wants, in its place."""
    province, target = sample["province_code"], sample["wanted"]["team"]
    codes = {
        CLUSTER_DESK: "cluster",
        LEAD_INSPECTORATE: f"{OF_LEAD}/TT",
        INSPECTORATE: f"{province}/TT",
        INTAKE: f"{province}/desk",
        COMMUNE_POLICE: f"{province}/{sample['commune_code']}",
    }
    return codes.get(target, f"{province}/{target}")


def wanted_responder(sample: dict[str, Any]) -> str | None:
    """Return the code of the wanted first responder; a restricted tip has none, nor one that is with it already."""
    wanted = sample["wanted"]
    if wanted["first_responder"] in {None, wanted["team"]} or wanted["category"] == Category.SECURITY:
        return None
    return f"{sample['province_code']}/{sample['commune_code']}"


def hand_in(work: Work, sample: dict[str, Any], **changed: Any) -> Tip:
    """Hand a sample in as its sender would: with the place and the unit chosen, and no category."""
    unit = sample["police_unit"]
    fields = {
        "body": sample["text"],
        "category": None,
        "channel": Channel(sample["channel"]),
        "province_code": sample["province_code"],
        "commune_code": sample["commune_code"],
        "police": PoliceConcern.NONE if unit is None else PoliceConcern.COMMUNE,
        "police_unit": unit or "",
    }
    return tip_of(work, send_tip(work, **fields | changed))


def code_of(work: Work, team_id: int | None) -> str | None:
    return None if team_id is None else work.rulebook.teams.get(team_id).code


def route_as_suggested(work: Work, received: Tip) -> Tip:
    """Do what the desk does when it believes the suggestions: classify, then route without choosing a team."""
    officer = make_actor(work, (code_of(work, received.team_id), Role.LEAD))
    tip = lock_tip(work, received.number, officer)
    proposal = routing.propose(work, tip)
    found = proposal.suggestion
    if tip.restriction is None:
        wanted = triage.Classification(found.kind, found.category, found.priority, commune_code=tip.commune_code)
        triage.classify(work, officer, tip, wanted)
    if proposal.team.id != tip.team_id or proposal.decision.restriction is not tip.restriction:
        routing.route_tip(work, officer, tip)
    work.session.flush()
    return tip


def test_samples_are_taken_in_as_an_experienced_officer_reads_them(work) -> None:
    tips = {key: hand_in(work, sample) for key, sample in SAMPLES.items()}
    read = {key: (tip.category, tip.kind, tip.priority) for key, tip in tips.items()}
    wanted = {
        key: tuple(sample["wanted"][name] for name in ("category", "kind", "priority"))
        for key, sample in SAMPLES.items()
    }
    assert read == wanted


def test_samples_reach_the_wanted_team_and_responder_when_routed_as_suggested(work) -> None:
    tips = {key: route_as_suggested(work, hand_in(work, sample)) for key, sample in SAMPLES.items()}
    reached = {key: (code_of(work, tip.team_id), code_of(work, tip.responder_team_id)) for key, tip in tips.items()}
    assert reached == {key: (wanted_team(sample), wanted_responder(sample)) for key, sample in SAMPLES.items()}


def test_samples_that_accuse_police_are_restricted_from_the_first_second(work) -> None:
    tips = {key: hand_in(work, sample) for key, sample in SAMPLES.items()}
    accusing = {key for key, sample in SAMPLES.items() if sample["wanted"]["team"] in {INSPECTORATE, LEAD_INSPECTORATE}}
    assert accusing
    assert {key for key, tip in tips.items() if tip.restriction is Restriction.POLICE_CONDUCT} == accusing
    assert {key: code_of(work, tips[key].team_id) for key in accusing} == {
        key: wanted_team(SAMPLES[key]) for key in accusing
    }


def test_samples_find_their_province_when_the_old_place_is_written_in_words(work) -> None:
    told = {key: sample for key, sample in SAMPLES.items() if sample["legacy_place"]}
    tips = {
        key: hand_in(work, sample, province_code=None, commune_code=None, place=sample["legacy_place"])
        for key, sample in told.items()
    }
    assert told
    assert {key: tip.province_code for key, tip in tips.items()} == {
        key: sample["province_code"] for key, sample in told.items()
    }
