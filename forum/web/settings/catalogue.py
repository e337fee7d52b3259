"""Routes of departments, categories and tags."""

from __future__ import annotations

from typing import TypeVar

from flask import redirect, render_template, url_for
from werkzeug.wrappers import Response

from forum.domain.errors import NotFound
from forum.domain.permissions import Permission
from forum.extensions import reading
from forum.models import Department, Tag
from forum.reports import settings_lists
from forum.services import settings_catalogue as service
from forum.services.settings_catalogue import CategoryValues, Naming
from forum.web.access import actor, requires
from forum.web.fields import choices
from forum.web.labels import name_of
from forum.web.settings.accounts import province_choices
from forum.web.settings.blueprint import blueprint, is_done
from forum.web.settings.forms import CategoryForm, EntryForm, NewEntryForm

Entry = TypeVar("Entry")


@blueprint.route("/departments", methods=["GET", "POST"])
@requires(Permission.ADMINISTER)
def departments() -> str | Response:
    """Show which province has which department; add a kind of department."""
    form = NewEntryForm()
    code = (form.code.data or "").strip().upper()
    if is_done(form, lambda work: service.add_department(work, actor(), code, _naming(form))):
        return redirect(url_for("settings.departments"))
    work = reading()
    return render_template(
        "settings/departments.html",
        form=form,
        rows=settings_lists.departments(work.session),
        teams=settings_lists.department_teams(work.session),
        provinces=province_choices(work.rulebook.teams),
    )


@blueprint.route("/departments/<code>", methods=["GET", "POST"])
@requires(Permission.ADMINISTER)
def department(code: str) -> str | Response:
    """Put a department right."""
    entry = _found(reading().session.get(Department, code))
    form = EntryForm(obj=entry)
    if is_done(form, lambda work: service.change_department(work, actor(), code, _naming(form))):
        return redirect(url_for("settings.departments"))
    back_url = url_for("settings.departments")
    return render_template("settings/entry.html", form=form, entry=entry, back_url=back_url)


@blueprint.route("/tags", methods=["GET", "POST"])
@requires(Permission.ADMINISTER)
def tags() -> str | Response:
    """List the tags; add one."""
    form = NewEntryForm()
    code = (form.code.data or "").strip().lower()
    if is_done(form, lambda work: service.add_tag(work, actor(), code, _naming(form))):
        return redirect(url_for("settings.tags"))
    return render_template("settings/tags.html", form=form, rows=settings_lists.tags(reading().session))


@blueprint.route("/tags/<code>", methods=["GET", "POST"])
@requires(Permission.ADMINISTER)
def tag(code: str) -> str | Response:
    """Put a tag right."""
    entry = _found(reading().session.get(Tag, code))
    form = EntryForm(obj=entry)
    if is_done(form, lambda work: service.change_tag(work, actor(), code, _naming(form))):
        return redirect(url_for("settings.tags"))
    return render_template("settings/entry.html", form=form, entry=entry, back_url=url_for("settings.tags"))


@blueprint.get("/categories")
@requires(Permission.ADMINISTER)
def categories() -> str:
    """List the categories."""
    return render_template("settings/categories.html", rows=settings_lists.categories(reading().session))


@blueprint.route("/categories/<code>", methods=["GET", "POST"])
@requires(Permission.ADMINISTER)
def category(code: str) -> str | Response:
    """Change how a category is shown."""
    work = reading()
    entry = _found(next((row for row in settings_lists.categories(work.session) if row.code == code), None))
    departments = {row.code: f"{row.code} – {name_of(row)}" for row in settings_lists.departments(work.session)}
    form = CategoryForm(obj=entry, departments=choices(departments))

    def values() -> CategoryValues:
        return CategoryValues(
            _naming(form),
            hint_vi=form.hint_vi.data or "",
            hint_en=form.hint_en.data or "",
            default_department=form.default_department.data or None,
            sort=form.sort.data or 0,
        )

    if is_done(form, lambda work: service.change_category(work, actor(), code, values())):
        return redirect(url_for("settings.categories"))
    return render_template("settings/category.html", form=form, entry=entry)


def _naming(form: EntryForm) -> Naming:
    return Naming(form.name_vi.data or "", form.name_en.data or "", is_active=form.is_active.data)


def _found(entry: Entry | None) -> Entry:
    if entry is None:
        raise NotFound
    return entry
