"""The catalog, with its errors in the advisor's words."""

from __future__ import annotations

from advisor.errors import BadInput
from catalog.errors import CatalogError
from catalog.load import Catalog, load


def load_catalog() -> Catalog:
    """The facts. Raises BadInput with file, line and what is allowed where a data file was edited wrongly."""
    try:
        return load()
    except CatalogError as error:
        raise BadInput(str(error), "`tunewise catalog verify` checks every record") from error
