"""Options and output that commands share."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from dataclasses import asdict, is_dataclass
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

import click

from advisor.errors import BadInput
from advisor.paths import Workspace, find_workspace
from advisor.wording import printable

Function = TypeVar("Function", bound=Callable[..., Any])


def workspace_option(function: Function) -> Function:
    """``--workspace``, after the command as well as before it."""
    return click.option(
        "--workspace", type=click.Path(), metavar="DIR", callback=_workspace,
        help="Folder of the project [TUNEWISE_WORKSPACE or .tunewise].",
    )(function)  # fmt: skip


def json_option(function: Function) -> Function:
    """``--json``: exactly one JSON document on stdout."""
    return click.option("--json", "as_json", is_flag=True, help="One JSON document on stdout.")(function)


def as_of_option(function: Function) -> Function:
    """``--as-of DATE`` as ``as_of``: a day up to today, None where it is not given."""
    return past_day_option("With the facts that held on that day, as 2026-03-31 [today].")(function)


def past_day_option(told: str) -> Callable[[Function], Function]:
    """``--as-of DATE`` with a help of its own."""
    return click.option("--as-of", metavar="DATE", callback=_past_day, help=told)


def _past_day(ctx: click.Context, parameter: click.Parameter, given: str | None) -> date | None:
    """The day. Raises BadInput for one that has not come: no fact of it can be known."""
    today = date.today()  # noqa: DTZ011 - the user's own day
    day = any_day(ctx, parameter, given)
    if day is not None and day > today:
        raise BadInput(f"--as-of {day} is in the future", f"a day up to {today}")
    return day


def any_day(_ctx: click.Context, _parameter: click.Parameter, given: str | None) -> date | None:
    """The day, past or to come. Raises BadInput for what is none."""
    try:
        return None if given is None else date.fromisoformat(given)
    except ValueError as error:
        raise BadInput(f"--as-of {printable(given or '')[:40]!r} is no day", "a day as 2026-03-31") from error


def _workspace(ctx: click.Context, _parameter: click.Parameter, given: str | None) -> Workspace:
    outer = ctx.find_root().obj
    chosen = given or (outer if isinstance(outer, str) else None)
    return find_workspace(Path(chosen) if chosen else None)


def print_json(document: object) -> None:
    """Print one JSON document; records become their JSON form, what the output cannot encode becomes an escape."""
    utf8 = sys.stdout.encoding.lower().replace("-", "") == "utf8"
    text = json.dumps(document, indent=2, ensure_ascii=not utf8, default=_as_json)
    click.echo(text.encode("utf-8", "backslashreplace").decode("utf-8"))


def _as_json(value: object) -> object:
    dump = getattr(value, "model_dump", None)
    if dump:
        return dump(mode="json", by_alias=True)
    return asdict(value) if is_dataclass(value) and not isinstance(value, type) else str(value)
