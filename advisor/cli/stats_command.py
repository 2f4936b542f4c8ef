"""``tunewise stats``: any of the statistics on given numbers."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from advisor.cli.options import json_option, print_json
from advisor.errors import BadInput
from advisor.statistics.cases import answer_all, read_cases


@click.command()
@click.argument("cases", type=click.Path(path_type=Path))
@json_option
def stats(cases: Path, *, as_json: bool) -> None:
    """Compute the statistics named in CASES, a JSON file, or - for standard input.

    CASES holds {"cases": [{"id", "method", "inputs"}]}; a method that does not exist is answered with the list of
    those that do.
    """
    results = answer_all(read_cases(_text(cases), where=str(cases)))
    if as_json:
        print_json({"results": results})
        return
    for result in results:
        click.echo(_line(result))


def _text(path: Path) -> str:
    try:
        return sys.stdin.read() if str(path) == "-" else path.read_text("utf-8")
    except OSError as error:
        raise BadInput(f"{path}: {error.strerror}", "give a JSON file with cases, or - for standard input") from error
    except UnicodeDecodeError as error:
        raise BadInput(f"{path}: not UTF-8 text at byte {error.start}", "save the file as UTF-8") from error


def _line(result: dict[str, Any]) -> str:
    """One case on one line; names come from the user and lose what a terminal would obey."""
    fields = "  ".join(f"{name} {_short(value)}" for name, value in result.items() if name != "id")
    return f"{''.join(mark for mark in str(result['id']) if mark.isprintable())}  {fields}"


def _short(value: object) -> str:
    if isinstance(value, list | tuple):
        return f"[{', '.join(_short(part) for part in value)}]"
    return f"{value:.6g}" if isinstance(value, float) else "unknown" if value is None else str(value).lower()
