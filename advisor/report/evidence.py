"""Does what the journals say still hold together? Asked before a report is made; a report without evidence is none."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from pydantic import ValidationError

from advisor.compare.faults import score_faults
from advisor.compare.records import Comparison
from advisor.compare.rows import by_arm
from advisor.errors import TunewiseError
from harness import chain, protocol
from harness.fingerprint import fingerprint
from harness.protocol import EvaluateResult, Event, ItemResult, PrepareResult, RunStarted, TrainResult

AGAIN = "put back what was there, or do this stage again with a fresh journey"


class RunEvidence(NamedTuple):
    """A finished run whose journal, items and adapter agree with each other and with the workspace journal."""

    run_id: str
    folder: Path
    events: tuple[Event, ...]
    items: tuple[ItemResult, ...]
    """Empty unless it is an evaluation."""
    result: PrepareResult | TrainResult | EvaluateResult
    head: str
    """Hash of the run's last record."""
    seq: int
    started: RunStarted


def verify_evidence(journal: Path, run_dirs: Iterable[Path]) -> tuple[RunEvidence, ...]:
    """Every run, checked against the workspace journal.

    Raises TunewiseError that says what does not hold and why: a changed line, a run that was exchanged, missing or
    changed answers, a missing or changed adapter, recorded scores that the answers do not give.
    """
    records = read_chain(journal)
    if not records:
        raise TunewiseError(f"{journal}: the workspace journal is missing or empty", AGAIN)
    return tuple(_run(folder, records) for folder in run_dirs)


def _run(folder: Path, workspace: list[chain.Record]) -> RunEvidence:
    records = read_chain(folder / "events.jsonl")
    if not records:
        raise TunewiseError(f"{folder / 'events.jsonl'}: the run's journal is missing or empty", AGAIN)
    _same_end(folder, records[-1], workspace)
    events = tuple(_events(folder, records))
    result = protocol.finished(events)
    if result is None or not isinstance(events[0], RunStarted):
        raise TunewiseError(
            f"{folder.name}: the run did not reach its end", f"go on with: tunewise resume {folder.name}"
        )
    _same_spec(folder, events[0], workspace)
    items = _items(folder, result) if isinstance(result, EvaluateResult) else ()
    if isinstance(result, TrainResult):
        _adapter(folder, result)
    return RunEvidence(folder.name, folder, events, items, result, records[-1].hash, records[-1].seq, events[0])


def read_chain(path: Path) -> list[chain.Record]:
    """A journal with its chain checked. Raises TunewiseError with the file, the line and the reason."""
    try:
        return chain.read(path)
    except chain.ChainError as error:
        raise TunewiseError(f"{path}, line {error.line}: {error.reason}", AGAIN) from error
    except OSError as error:
        raise TunewiseError(f"{path}: {error.strerror}", AGAIN) from error


def _events(folder: Path, records: list[chain.Record]) -> Iterator[Event]:
    for number, record in enumerate(records, start=1):
        try:
            yield protocol.to_event(record)
        except ValidationError as error:
            raise TunewiseError(
                f"{folder / 'events.jsonl'}, line {number}: not an event of this protocol", AGAIN
            ) from error


def _same_end(folder: Path, last: chain.Record, workspace: list[chain.Record]) -> None:
    """A journal whose hashes were all made anew holds together; its end is not the one that was noted when it ended."""
    ended = _last_body(workspace, "run_ended", folder.name)
    if ended is None:
        raise TunewiseError(f"{folder.name}: the workspace journal does not say how this run ended", AGAIN)
    if (ended["head"], ended["seq"]) != (last.hash, last.seq):
        raise TunewiseError(
            f"{folder / 'events.jsonl'}: its last record is {last.hash[:12]}, the workspace journal noted "
            f"{str(ended['head'])[:12]} when the run ended: the journal was rewritten",
            AGAIN,
        )


def _same_spec(folder: Path, started: RunStarted, workspace: list[chain.Record]) -> None:
    path = folder / "spec.json"
    try:
        digest = chain.digest(protocol.read_spec(path).model_dump(mode="json"))
    except (OSError, ValidationError) as error:
        raise TunewiseError(f"{path}: the run's specification is missing or damaged", AGAIN) from error
    noted = (_last_body(workspace, "run_started", folder.name) or {}).get("spec_sha256", started.spec_sha256)
    if {digest, noted} != {started.spec_sha256}:
        raise TunewiseError(f"{path}: not the specification that this run was started with", AGAIN)


def _last_body(workspace: list[chain.Record], kind: str, run_id: str) -> Mapping[str, Any] | None:
    bodies = [record.body for record in workspace if record.kind == kind and record.body.get("run_id") == run_id]
    return bodies[-1] if bodies else None


def _items(folder: Path, result: EvaluateResult) -> tuple[ItemResult, ...]:
    """The answers, if they are all there and give the scores that were recorded."""
    path = folder / result.items_path
    records = read_chain(path)
    if not records:
        raise TunewiseError(f"{path}: the answers to the items are missing", AGAIN)
    if records[-1].hash != result.items_head:
        raise TunewiseError(
            f"{path}: its last record is {records[-1].hash[:12]}, the run noted {result.items_head[:12]}: answers were "
            "removed, added or rewritten",
            AGAIN,
        )
    items = tuple(
        ItemResult.model_validate(item) for record in records if record.kind == "items" for item in record.body["items"]
    )
    arms, twice = by_arm(items)
    faults = [*twice, *score_faults(result, arms)]
    if faults:
        raise TunewiseError(f"{path}: {faults[0]}", AGAIN)
    return items


def _adapter(folder: Path, result: TrainResult) -> None:
    path = folder / result.adapter_dir
    if not path.is_dir():
        raise TunewiseError(f"{path}: the adapter is missing", AGAIN)
    try:
        found = fingerprint(path)
    except OSError as error:
        raise TunewiseError(f"{path}: the adapter cannot be read ({error.strerror})", AGAIN) from error
    if found != result.adapter_sha256:
        raise TunewiseError(
            f"{path}: its fingerprint is {found[:12]}, the run noted {result.adapter_sha256[:12]}: the adapter was changed",
            AGAIN,
        )


def same_comparison(recorded: Comparison, recomputed: Comparison) -> None:
    """Raise TunewiseError naming the field where a recorded comparison is not what the answers give."""
    if recorded == recomputed:
        return
    fields = [name for name in Comparison.model_fields if getattr(recorded, name) != getattr(recomputed, name)]
    raise TunewiseError(
        f"comparison {recorded.id}: what the workspace journal says of {', '.join(fields)} is not what the answers give",
        AGAIN,
    )
