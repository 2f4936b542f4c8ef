"""The catalog, with its errors in the advisor's words."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date

from advisor.errors import BadInput
from advisor.paths import Workspace
from catalog.errors import CatalogError
from catalog.home import current
from catalog.load import Catalog


def load_catalog(workspace: Workspace | None = None, *, as_of: date | None = None) -> Catalog:
    """The facts: those of the workspace with the user's own, where one is given, else those of the package.

    ``as_of`` gives the facts that held on that day. Raises BadInput with file, place and what is allowed where a file
    was edited wrongly.
    """
    with catalog_faults():
        return current(workspace.catalog if workspace else None, as_of=as_of)


@contextmanager
def catalog_faults() -> Iterator[None]:
    """Raise what is wrong with the catalog as BadInput."""
    try:
        yield
    except CatalogError as error:
        raise BadInput(error.message, f"allowed: {error.allowed}" if error.allowed else "") from error
