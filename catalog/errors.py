"""What can be wrong with the catalog or with a question to it."""

from __future__ import annotations


class CatalogError(Exception):
    """A data file is at fault: one line of which file, line and column, and one of what is allowed."""

    def __init__(self, message: str, allowed: str = "") -> None:
        super().__init__(message)
        self.message, self.allowed = message, allowed


class UnknownId(LookupError):
    """Nothing of that name is in the catalog; ``nearest`` are the closest ids."""

    def __init__(self, kind: str, name: str, nearest: tuple[str, ...]) -> None:
        super().__init__(f"no {kind} {name!r} in the catalog")
        self.kind, self.name, self.nearest = kind, name, nearest
