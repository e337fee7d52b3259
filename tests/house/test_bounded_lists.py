"""Every statement that fetches many rows has a limit, or stands here with what bounds it."""

from __future__ import annotations

import ast

from tests.house.source_tree import modules

FLOORS = ("forum/reports/", "forum/services/")
FETCHING = {"scalars", "execute"}
COLLECTING = {"list", "tuple", "set", "frozenset", "dict", "sorted"}
ENOUGH = (".limit(", ".partitions(", ".one(", ".one_or_none(", ".scalar_one(")

BOUNDED_BY = {
    "the limit of a statement that is made elsewhere in the module": """
        reports/audit_logs.event_log reports/audit_logs.access_log reports/audit_logs.setting_log
        reports/duplicates.likely_duplicates reports/search._wanted reports/search._candidates reports/tip_page._links
        services/duplicates._followers""",
    "the ids of one page, handed in": "reports/folded_texts.folded_texts reports/settings_people._memberships",
    "what one tip holds: 500 events of the citizen's side, ten files each, its parts and teams": """
        reports/citizen_view._files reports/tip_page._events reports/tip_page._files reports/tip_page._people
        reports/tip_page._granted reports/tip_page._known services/conversation._citizen_rows services/erasing.remove
        services/routing.facts_of services/splitting.parts_of services/splitting._part_numbers
        services/timeline.state_of services/timeline.events_of""",
    "the order of the state: teams, provinces, and tables that administrators keep by hand": """
        reports/settings_lists.departments reports/settings_lists.department_teams reports/settings_lists.categories
        reports/settings_lists.tags reports/settings_lists.policies reports/settings_lists.approvals
        reports/settings_lists.calendar_days reports/settings_lists.terms reports/settings_lists.rule_versions
        reports/settings_people.teams_of reports/settings_people.relatives services/rulebook.load_rulebook
        services/rulebook.load_calendar services/rulebook.live_consents services/rulebook._apart
        services/settings_consents.decide_consent services/settings_consents._put_in_force
        services/settings_rules.find_draft services/settings_rules.go_live services/settings_rules.check_draft
        services/settings_rules._check services/settings_rules._locked_draft services/settings_teams._take_over
        services/settings_teams._standing services/settings_teams._free_code""",
    "the officers of a unit or of the forum: thousands at most, and of each a few memberships": """
        reports/assignable.assignable reports/settings_people.accounts_named reports/settings_people.people_of
        services/grants.propose services/settings_accounts.appoint""",
    "the custodians of a province and their keys; a renewal moves each of its identities, whole or not at all": """
        reports/custody.standing services/custody.begin services/custody.leave services/custody.renew
        services/custody.drill services/custody.renew_recovery services/custody._move_identities
        services/custody_keys.present_key""",
    "sessions and passkeys of one account, or those that are over": """
        services/proofs.passkeys_of services/sessions.end_others services/sessions.forget_ended
        services/sessions._forget_others""",
    "figures: as many rows as days or months and headings": """
        reports/statistics_flows.sums reports/statistics_flows.durations services/facts._add_erased
        services/month_facts._add_durations""",
    "a command or the worker, which read piece by piece, or clean up what is over": """
        services/audit.orphan_faults services/audit._tip_faults services/audit_erasures.erasure_faults
        services/backup.head_of services/backup.write_archive services/backup_reading.refuse_unless_readable
        services/erasure_list.keep_list services/jobs.clean_up services/jobs._forget_throttles
        services/key_use.count_use services/key_use._heads services/outbox.clear_done services/rekeying._replace""",
}


def names() -> set[str]:
    return {name for listed in BOUNDED_BY.values() for name in listed.split()}


def fetches(node: ast.AST) -> bool:
    """Whether something in it asks the database for rows."""
    return any(isinstance(part, ast.Call) and attribute(part) in FETCHING for part in ast.walk(node))


def attribute(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else ""


def fetches_many(function: ast.FunctionDef) -> bool:
    """Whether a function takes all rows of an answer: by `.all()`, in a loop, or into a collection."""
    for node in ast.walk(function):
        if isinstance(node, ast.Call) and attribute(node) == "all":
            return True
        if isinstance(node, ast.For | ast.comprehension) and fetches(node.iter):
            return True
        is_collected = isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in COLLECTING
        if is_collected and node.args and fetches(node.args[0]):
            return True
    return False


def unlimited(path: str, tree: ast.Module) -> set[str]:
    found = {node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef) and fetches_many(node)}
    module = path.removeprefix("forum/").removesuffix(".py")
    return {f"{module}.{node.name}" for node in found if not any(word in ast.unparse(node) for word in ENOUGH)}


def test_every_list_is_bounded_by_its_statement_or_by_what_is_said_here() -> None:
    found = {name for path, tree in modules().items() if path.startswith(FLOORS) for name in unlimited(path, tree)}
    assert found - names() == set(), "give the statement a limit, or say here what bounds it"
    assert names() - found == set(), "these have a limit now, or are gone: strike them out"


def test_a_list_without_a_bound_is_found() -> None:
    fetching = (
        "session.scalars(select(Tip)).all()", "[tip for tip in session.scalars(select(Tip))]",
        "list(session.execute(select(Tip)))",
    )  # fmt: skip
    for statement in fetching:
        assert unlimited("forum/reports/x.py", ast.parse(f"def f(session):\n    return {statement}")) == {"reports/x.f"}
        bounded = statement.replace("select(Tip)", "select(Tip).limit(PAGE)")
        assert unlimited("forum/reports/x.py", ast.parse(f"def f(session):\n    return {bounded}")) == set()
