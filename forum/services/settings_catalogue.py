"""The lists that tips are sorted by: departments, categories and tags."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from forum.domain.errors import InvalidInput, NotFound
from forum.domain.permissions import Actor, Permission
from forum.models import CategoryEntry, Department, Tag
from forum.services.setting_events import Subject, record, values_of
from forum.services.settings_texts import filled
from forum.services.work import Work

LONGEST_NAME = 100
LONGEST_HINT = 200
_DEPARTMENT_CODE = re.compile(r"[A-Z]{2}[0-9]{2}")
_TAG_CODE = re.compile(r"[a-z]+(?:-[a-z]+)*")
_CATEGORY_FIELDS = ("name_vi", "name_en", "hint_vi", "hint_en", "default_department", "sort", "is_active")
_NAMED_FIELDS = ("name_vi", "name_en", "is_active")


@dataclass(frozen=True, slots=True)
class Naming:
    """The names of an entry, and whether it can still be chosen."""

    name_vi: str
    name_en: str
    is_active: bool = True


@dataclass(frozen=True, slots=True)
class CategoryValues:
    """How a category is shown, and which department usually handles it."""

    naming: Naming
    hint_vi: str
    hint_en: str
    default_department: str | None
    sort: int


def change_category(work: Work, actor: Actor, code: str, values: CategoryValues) -> None:
    """Show a category otherwise; what it means, and its code, stay."""
    actor.require(Permission.ADMINISTER)
    entry = work.session.get(CategoryEntry, code, with_for_update=True)
    if entry is None:
        raise NotFound
    if values.default_department and work.session.get(Department, values.default_department) is None:
        raise InvalidInput("Please choose a department.", field="default_department")
    if not values.naming.is_active and not any(c.is_active for c in work.rulebook.categories if c.code != code):
        raise InvalidInput("At least one category must remain to choose from.", field="is_active")
    before = values_of(entry, *_CATEGORY_FIELDS)
    _name(entry, values.naming)
    entry.hint_vi = filled(values.hint_vi, limit=LONGEST_HINT, field="hint_vi")
    entry.hint_en = filled(values.hint_en, limit=LONGEST_HINT, field="hint_en")
    entry.default_department = values.default_department
    entry.sort = values.sort
    after = values_of(entry, *_CATEGORY_FIELDS)
    record(work, actor, subject=Subject.CATEGORY, key=code, before=before, after=after)


def add_department(work: Work, actor: Actor, code: str, naming: Naming) -> None:
    """Add a kind of department; a province gets its own team of it on the page of teams."""
    actor.require(Permission.ADMINISTER)
    if not _DEPARTMENT_CODE.fullmatch(code):
        raise InvalidInput("A department's code has two capital letters and two digits, such as PC04.", field="code")
    _add(work, actor, Department(code=code), naming, subject=Subject.DEPARTMENT)


def change_department(work: Work, actor: Actor, code: str, naming: Naming) -> None:
    """Put a department's name right, or let no further team of it be opened."""
    _change(work, actor, work.session.get(Department, code, with_for_update=True), naming, subject=Subject.DEPARTMENT)


def add_tag(work: Work, actor: Actor, code: str, naming: Naming) -> None:
    """Add a tag that officers can put on tips."""
    actor.require(Permission.ADMINISTER)
    if not _TAG_CODE.fullmatch(code) or len(code) > 30:  # noqa: PLR2004 - the width of the column
        raise InvalidInput("A tag's code has small letters and hyphens, such as near-school.", field="code")
    _add(work, actor, Tag(code=code), naming, subject=Subject.TAG)


def change_tag(work: Work, actor: Actor, code: str, naming: Naming) -> None:
    """Put a tag's name right, or take it from the list to choose from."""
    _change(work, actor, work.session.get(Tag, code, with_for_update=True), naming, subject=Subject.TAG)


def _add(work: Work, actor: Actor, entry: Department | Tag, naming: Naming, *, subject: Subject) -> None:
    if work.session.get(type(entry), entry.code) is not None:
        raise InvalidInput("This code is taken.", field="code")
    _name(entry, naming)
    work.session.add(entry)
    record(work, actor, subject=subject, key=entry.code, after=values_of(entry, *_NAMED_FIELDS))


def _change(work: Work, actor: Actor, entry: Department | Tag | None, naming: Naming, *, subject: Subject) -> None:
    actor.require(Permission.ADMINISTER)
    if entry is None:
        raise NotFound
    before: dict[str, Any] = values_of(entry, *_NAMED_FIELDS)
    _name(entry, naming)
    record(work, actor, subject=subject, key=entry.code, before=before, after=values_of(entry, *_NAMED_FIELDS))


def _name(entry: CategoryEntry | Department | Tag, naming: Naming) -> None:
    entry.name_vi = filled(naming.name_vi, limit=LONGEST_NAME, field="name_vi")
    entry.name_en = filled(naming.name_en, limit=LONGEST_NAME, field="name_en")
    entry.is_active = naming.is_active
