"""Output that is shown when all of it is there: on disk where it is long, so that memory stays bounded."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice
from typing import IO

import click

LINES = 10_000
"""Kept in memory."""
TOGETHER = 500
"""Written at once."""


def show(lines: Iterable[str], *, whole: bool) -> None:
    """Print lines as they come, or with ``whole`` only when making the last of them has not failed."""
    if not whole:
        _print(lines)
        return
    held: list[str] = []
    rest = iter(lines)
    for line in rest:
        held.append(line)
        if len(held) >= LINES:
            _through_a_file(held, rest)
            return
    _print(held)


def _print(lines: Iterable[str]) -> None:
    """Some hundred at a time: each time is a write."""
    rest = iter(lines)
    while some := list(islice(rest, TOGETHER)):
        click.echo("\n".join(some))


def _through_a_file(held: list[str], rest: Iterable[str]) -> None:
    import tempfile  # noqa: PLC0415 - for long output only

    with tempfile.TemporaryFile("w+", encoding="utf-8", errors="surrogatepass", newline="") as file:
        _write(file, held)
        held.clear()
        _write(file, rest)
        file.seek(0)
        _print(line.removesuffix("\n") for line in file)


def _write(file: IO[str], lines: Iterable[str]) -> None:
    file.writelines(f"{line}\n" for line in lines)
