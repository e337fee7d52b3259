"""Names of provinces and communes for lists to choose from, in the order of the Vietnamese alphabet."""

from __future__ import annotations

from functools import cache

from forum.adapters import shipped
from forum.domain.collation import sort_key


@cache
def provinces_of_cluster() -> dict[str, str]:
    """Return the names of the cluster's provinces by code."""
    named = [(province.code, province.name) for province in shipped.provinces() if province.is_in_cluster]
    return dict(sorted(named, key=lambda pair: sort_key(pair[1])))


def place_name(province_code: str | None, commune_code: str | None) -> str:
    """Return a place as it is written on papers, the commune first; nothing where neither is known."""
    return ", ".join(_full_names()[code] for code in (commune_code, province_code) if code)


@cache
def _full_names() -> dict[str, str]:
    provinces = {province.code: province.name_full for province in shipped.provinces()}
    return provinces | {commune.code: commune.name_full for commune in shipped.communes()}


@cache
def communes_of(province_code: str) -> dict[str, str]:
    """Return the full names of a province's communes by code."""
    found = [commune for commune in shipped.communes() if commune.province_code == province_code]
    found.sort(key=lambda commune: sort_key(commune.name))
    return {commune.code: commune.name_full for commune in found}
