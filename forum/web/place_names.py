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


@cache
def communes_of(province_code: str) -> dict[str, str]:
    """Return the full names of a province's communes by code."""
    found = [commune for commune in shipped.communes() if commune.province_code == province_code]
    found.sort(key=lambda commune: sort_key(commune.name))
    return {commune.code: commune.name_full for commune in found}
