"""A bounded memory of what was made last; what has not been asked for the longest is forgotten first."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock
from typing import TypeVar, cast

T = TypeVar("T")


class Recent:
    """Holds values by key up to `most` in weight; several threads may ask at once."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._held: OrderedDict[Hashable, tuple[object, int]] = OrderedDict()
        self._weight = 0
        self._lock = Lock()

    def get(self, key: Hashable, make: Callable[[], T], weigh: Callable[[T], int]) -> T:
        """Return what the key stands for, making it where it is not held; the key says everything it depends on."""
        with self._lock:
            if key in self._held:
                self._held.move_to_end(key)
                return cast("T", self._held[key][0])
        made = make()
        with self._lock:
            self._keep(key, made, weigh(made))
        return made

    def _keep(self, key: Hashable, made: object, weight: int) -> None:
        self._weight += weight - self._held.pop(key, (None, 0))[1]
        self._held[key] = made, weight
        while self._weight > self._most:
            _, (_, gone) = self._held.popitem(last=False)
            self._weight -= gone
