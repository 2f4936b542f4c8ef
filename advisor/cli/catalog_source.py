"""Which facts a command of the catalog reads, and how its options say so."""

from __future__ import annotations

import functools
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

import click

from advisor.cli.options import as_of_option, workspace_option
from advisor.errors import BadInput
from advisor.paths import Workspace
from advisor.wording import printable
from catalog.errors import CatalogError, UnknownId

if TYPE_CHECKING:
    from catalog.load import Catalog
    from catalog.records import Gpu, Model, Offer

Function = TypeVar("Function", bound=Callable[..., Any])


class Source(NamedTuple):
    """Where facts come from."""

    data: Path | None = None
    """A folder given by hand, without the user's own facts."""
    workspace: Workspace | None = None
    """With the user's own facts and installed snapshots."""
    as_of: date | None = None

    @property
    def bundled(self) -> bool:
        """Whether the files of the package, as they are today, hold the whole answer."""
        own = self.workspace is not None and self.workspace.catalog.exists()
        return self.data is None and self.as_of is None and not own

    @property
    def day(self) -> date:
        """The day that is asked about."""
        return self.as_of or date.today()  # noqa: DTZ011 - the user's own day


def source_options(function: Function) -> Function:
    """``--data``, ``--as-of`` and ``--workspace``, handed over as ``source``."""

    @click.option(
        "--data", type=click.Path(path_type=Path, file_okay=False), metavar="DIR", help="Another folder of data files."
    )
    @as_of_option
    @workspace_option
    @functools.wraps(function)
    def with_source(data: Path | None, as_of: date | None, workspace: Workspace, **rest: Any) -> Any:
        chosen = Source(data, workspace, as_of)
        try:
            return function(source=chosen, **rest)
        except CatalogError as error:
            raise in_our_words(error) from error

    return with_source  # type: ignore[return-value]  # click calls by name


def read_catalog(source: Source) -> Catalog:
    """The checked facts; files are read, and their faults raised as CatalogError, when a table is asked for."""
    if source.data is None:
        from advisor.workflow.facts import load_catalog  # noqa: PLC0415 - help needs no catalog

        return load_catalog(source.workspace, as_of=source.as_of)
    return _folder(source.data, source.as_of)


def _folder(folder: Path, as_of: date | None) -> Catalog:
    """The facts of a folder of files, without anyone's own."""
    from dataclasses import replace  # noqa: PLC0415 - help needs no catalog

    from catalog.api_prices import quote  # noqa: PLC0415
    from catalog.load import load  # noqa: PLC0415

    facts = replace(load(folder), quote=quote)
    if as_of is None:
        return facts
    from catalog.asof import change  # noqa: PLC0415 - for past days only

    return replace(facts, changes=(change(as_of),), as_of=as_of)


def in_our_words(error: CatalogError) -> BadInput:
    """A fault of the catalog as bad input."""
    return BadInput(error.message, f"allowed: {error.allowed}" if error.allowed else "")


def find(facts: Catalog, name: str) -> Model | Gpu | Offer:
    """A model, GPU or offer by name. Raises BadInput with the nearest names."""
    near: list[str] = []
    for look in (facts.model, facts.gpu):
        try:
            return look(name)
        except UnknownId as error:
            near += error.nearest
    offer = next((one for one in facts.offers if one.id == name.lower()), None)
    if offer is None:
        raise _unknown(name, near)
    return offer


def _unknown(name: str, near: list[str]) -> BadInput:
    hint = f"nearest: {', '.join(near)}" if near else "`tunewise catalog search WORDS` finds names"
    return BadInput(f"nothing named {printable(name)!r} in the catalog", hint)
