"""``tunewise estimate``."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from advisor.cli.options import json_option, workspace_option
from advisor.errors import BadInput

if TYPE_CHECKING:
    from advisor.estimate.lines import Skipped
    from advisor.estimate.records import Prediction
    from advisor.paths import Workspace

NAMED = 1000
"""Skipped lines that the JSON document names; the rest are counted."""


@click.command()
@click.argument("specs", type=click.Path(path_type=Path))
@click.option("--skip-bad", is_flag=True, help="Estimate the rest and count the lines that are wrong.")
@json_option
@workspace_option
def estimate(specs: Path, *, skip_bad: bool, as_json: bool, workspace: Workspace) -> None:
    """Memory, speed and fit of the workloads in SPECS, one JSON object a line, or - for standard input.

    A workload has an id and task training or serving, the model by catalog id or its dimensions, and what is known of
    method, GPU, lengths and settings. What is not known widens the 80 % interval and is named.
    """
    from advisor.cli.held import show  # noqa: PLC0415 - other commands start without it

    seen = Seen(specs, skip_bad=skip_bad)
    answers = seen.pass_on(_answers(specs, workspace))
    show(_document(answers, seen) if as_json else _text(answers), whole=not skip_bad)
    seen.tell()


class Seen:
    """What went by: how many, which were wrong, which ids came again."""

    def __init__(self, specs: Path, *, skip_bad: bool) -> None:
        self.specs, self.skip_bad = specs, skip_bad
        self.count, self.skipped_count, self.again = 0, 0, 0
        self.skipped: list[Skipped] = []
        self.first_again = ""
        self._ids: set[int] = set()

    def pass_on(self, answers: Iterable[Prediction | Skipped]) -> Iterator[Prediction]:
        """The estimates. Raises BadInput at the first line that is wrong, unless it may be skipped, and for none at all."""
        from advisor.estimate.lines import Skipped  # noqa: PLC0415 - other commands start without it

        for answer in answers:
            self.count += 1
            if isinstance(answer, Skipped):
                self._skip(answer)
            else:
                self._note(answer.id)
                yield answer
        if not self.count:
            raise BadInput(f"{self.specs} holds no workload", "one JSON object a line, at least one")

    def _skip(self, bad: Skipped) -> None:
        if not self.skip_bad:
            raise BadInput(f"{self.specs}:{bad.line}: {bad.because}", "--skip-bad estimates the rest")
        self.skipped_count += 1
        if len(self.skipped) < NAMED:
            self.skipped.append(bad)

    def _note(self, ident: str) -> None:
        """By its hash: a million ids take 60 MB so."""
        key = hash(ident)
        if key in self._ids:
            self.again += 1
            self.first_again = self.first_again or ident
        self._ids.add(key)

    def tell(self) -> None:
        """On stderr, what a person should know beside the estimates."""
        if self.skipped:
            first = self.skipped[0]
            said = f"skipped {self.skipped_count} of {self.count} lines, first: line {first.line}: {first.because}"
            click.echo(_one_line(said), err=True)
        if self.again:
            click.echo(_one_line(f"{self.again} ids came before, first: {self.first_again[:60]!r}"), err=True)


def _one_line(said: str) -> str:
    from advisor.wording import printable  # noqa: PLC0415 - where there is something to say

    return printable(said)


def _answers(specs: Path, workspace: Workspace) -> Iterator[Prediction | Skipped]:
    from advisor.cli.line_reading import read_lines  # noqa: PLC0415 - other commands start without it
    from advisor.estimate.lines import LONGEST  # noqa: PLC0415 - the same
    from advisor.workflow.dimensions import dimensions  # noqa: PLC0415 - the same
    from advisor.workflow.own_runs import foresee_lines  # noqa: PLC0415 - the same

    lines = read_lines(specs, wanted="a JSONL file", longest=LONGEST)
    return foresee_lines(lines, dimensions(workspace), workspace)


def _document(found: Iterable[Prediction], seen: Seen) -> Iterator[str]:
    """One JSON document, an estimate on each line."""
    utf8 = sys.stdout.encoding.lower().replace("-", "") == "utf8"
    encode = json.JSONEncoder(ensure_ascii=not utf8, check_circular=False).encode
    last = ""
    yield '{"predictions": ['
    for one in found:
        if last:
            yield f"{last},"
        last = encode(one.document()).encode("utf-8", "backslashreplace").decode("utf-8")
    yield last
    named = [skip._asdict() for skip in seen.skipped]
    yield f'], "skipped": {json.dumps(named)}, "skipped_count": {seen.skipped_count}}}' if seen.skip_bad else "]}"


def _text(found: Iterable[Prediction]) -> Iterator[str]:
    from advisor.cli.estimate_text import lines_of  # noqa: PLC0415 - for people only

    return lines_of(found)
