"""What a name was found to mean, remembered while many workloads are estimated: names come again, and finding is slow."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, Self, TypeVar, cast

from advisor.errors import BadInput

if TYPE_CHECKING:
    from advisor.estimate.architecture import Facts
    from catalog.records import Gpu, Model

MOST = 100_000
"""Names; more are found anew."""
Found = TypeVar("Found")


class Named(tuple[Any, ...]):
    """Records that know what each name was found to mean among them."""

    _meant: dict[str, Any]

    def __new__(cls, records: Iterable[Any]) -> Self:
        """The same records, nothing remembered yet."""
        made = super().__new__(cls, records)
        made._meant = {}
        return made

    def meaning(self, name: str, find: Callable[[], Found]) -> Found:
        """What ``find`` gives for a name, found once. Raises BadInput again where it did."""
        if name not in self._meant:
            found = _outcome(find)
            if len(self._meant) >= MOST:
                return cast("Found", _given(found))
            self._meant[name] = found
        return cast("Found", _given(self._meant[name]))


def _outcome(find: Callable[[], Found]) -> Found | BadInput:
    try:
        return find()
    except BadInput as error:
        return BadInput(error.message, error.hint)


def _given(found: Any) -> Any:
    if isinstance(found, BadInput):
        raise BadInput(found.message, found.hint)
    return found


def meaning(records: tuple[Any, ...], name: str, find: Callable[[], Found]) -> Found:
    """What a name means among records that may remember it."""
    return records.meaning(name, find) if isinstance(records, Named) else find()


class Remembered:
    """Facts whose names are found once."""

    def __init__(self, facts: Facts) -> None:
        self._facts = facts

    @functools.cached_property
    def built_models(self) -> tuple[Model, ...]:
        """Known models."""
        return Named(self._facts.built_models)

    @functools.cached_property
    def gpus(self) -> tuple[Gpu, ...]:
        """Known GPUs."""
        return Named(self._facts.gpus)
