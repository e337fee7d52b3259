"""Rules about the code itself that no linter knows: one commit, one clock, one door for each outside thing."""

from __future__ import annotations

import ast

import pytest
from sqlalchemy.orm import RelationshipDirection

from forum.models import Base
from tests.house.source_tree import calls, dotted, imported, modules

LONGEST_MODULE = 250
LONGEST_FUNCTION = 40
READS_OF_TIME = {
    "datetime.now",
    "datetime.utcnow",
    "datetime.today",
    "datetime.datetime.now",
    "date.today",
    "datetime.date.today",
    "time.time",
    "time.time_ns",
    "func.now",
    "func.current_timestamp",
    "func.current_date",
}


def where_called(names: set[str]) -> set[str]:
    return {path for path, tree in modules().items() if any(dotted(call.func) in names for call in calls(tree))}


def where_mentioned(*names: str) -> set[str]:
    """Return where something of a module is imported or used by its full name."""

    def mentions(tree: ast.Module) -> bool:
        found = {dotted(node) for node in ast.walk(tree) if isinstance(node, ast.Attribute)} | set(imported(tree))
        return any(name == full or full.startswith(f"{name}.") for full in found for name in names)

    return {path for path, tree in modules().items() if mentions(tree)}


def test_commits_stand_in_one_place() -> None:
    sites = [
        path
        for path, tree in modules().items()
        for call in calls(tree)
        if isinstance(call.func, ast.Attribute) and call.func.attr == "commit"
    ]
    assert sites == ["forum/extensions.py"]


def test_time_is_read_in_one_place() -> None:
    assert where_called(READS_OF_TIME) == {"forum/adapters/clock.py"}


def test_environment_is_read_by_commands_alone() -> None:
    readers = where_mentioned("os.environ", "os.getenv", "os.putenv")
    assert {path for path in readers if not path.startswith("forum/cli/")} == set()


def test_bleach_is_imported_in_one_place() -> None:
    assert where_mentioned("bleach") == {"forum/adapters/html.py"}


def test_argon2_and_cryptography_are_imported_by_adapters_alone() -> None:
    users = where_mentioned("argon2", "cryptography")
    assert users
    assert {path for path in users if not path.startswith("forum/adapters/")} == set()


def test_markup_is_made_only_where_its_source_is_known() -> None:
    """`Markup` switches the escaping off: each place has been looked at, and a new one must be."""
    assert where_called({"Markup", "markupsafe.Markup"}) <= {
        "forum/adapters/html.py",  # what bleach let through
        "forum/web/quick_select.py",  # lists to choose from: attributes, values and texts are escaped
        "forum/web/icons.py",  # a drawing; name, label and address are escaped by the format
        "forum/web/translations.py",  # texts of our own catalogue; what is put into them is escaped
        "forum/web/style/routes.py",  # a constant drawing
        "forum/web/qr.py",  # a drawing of digits
    }


def test_mentions_of_addresses_and_browsers_are_absent() -> None:
    """No address and no user agent anywhere: what is not read cannot be kept."""
    forbidden = {"remote_addr", "access_route", "user_agent", "remote_user"}
    found = {
        (path, node.attr)
        for path, tree in modules().items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and node.attr in forbidden
    }
    assert found <= {("forum/web/rate_key.py", "remote_addr")}, "only the hourly keyed hash of the limiter reads it"


def test_features_of_the_web_do_not_import_each_other() -> None:
    features = {path.split("/")[2] for path in modules() if path.startswith("forum/web/") and path.count("/") > 2}
    crossings = [
        (path, name)
        for path, tree in modules().items()
        for name in imported(tree)
        for feature in features - {path.split("/")[2] if path.count("/") > 2 else ""}
        if name.startswith(f"forum.web.{feature}.") and path != "forum/web/blueprints.py"
    ]
    assert "submit" in features
    assert [crossing for crossing in crossings if crossing[0].startswith("forum/web/")] == []


@pytest.mark.parametrize("path", modules())
def test_modules_and_functions_keep_their_size(path: str) -> None:
    tree = modules()[path]
    last = max((node.end_lineno for node in tree.body), default=0)
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    long = {node.name: node.end_lineno - node.lineno + 1 for node in functions}
    assert last <= LONGEST_MODULE
    assert {name: lines for name, lines in long.items() if lines > LONGEST_FUNCTION} == {}


def test_relationships_point_from_child_to_parent_only() -> None:
    wrong = [
        f"{mapper.class_.__name__}.{relation.key}"
        for mapper in Base.registry.mappers
        for relation in mapper.relationships
        if relation.direction is not RelationshipDirection.MANYTOONE
    ]
    assert wrong == []


def test_package_files_import_nothing_but_the_tables() -> None:
    """Imports in `__init__.py` make circles; the list of tables is the one that pays."""
    importing = {
        path
        for path, tree in modules().items()
        if path.endswith("__init__.py") and any(name != "__future__.annotations" for name in imported(tree))
    }
    assert importing == {"forum/models/__init__.py"}
