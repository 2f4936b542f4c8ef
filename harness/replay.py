"""Plays a recorded run into a new folder, as a real process with a real journal, at the pace it was recorded or faster.

Front ends and the runner are tested against it: what they see is what a run writes, without its minutes of work.
"""

from __future__ import annotations

import os
import shutil
import socket
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import IO

from harness import chain
from harness.emit import EVENTS, Emitter
from harness.errors import InputError, Interrupted
from harness.lock import RunLock, boot_id
from harness.protocol import TERMINAL_KINDS, Event, RunFailed, RunInterrupted, RunStarted, to_event
from harness.signals import EXIT_CODES, StopRequest

ITEMS = "items.jsonl"
OWN = frozenset({EVENTS, ITEMS, "lock", "owner.json", "log.txt"})
"""Not copied: written anew, or of the recorded process only."""
LONGEST_NAP_S = 0.05


def replay(
    recording: Path,
    run_dir: Path,
    *,
    speed: float = 1.0,
    echo: IO[bytes] | None = None,
    stop: StopRequest | None = None,
    sleep: Callable[[float], None] = time.sleep,
) -> int:
    """Play a recording to its end and return the exit code that the recorded run had.

    A replay that was stopped or killed goes on at the event it had come to. Raises InputError and RunBusy.
    """
    events = recorded(recording)
    stop = stop or StopRequest()
    with RunLock(run_dir), Emitter(run_dir, run_dir.name, echo=echo, stop=stop) as emitter:
        if emitter.history.is_finished:
            return 0
        copy_artifacts(recording, run_dir)
        try:
            play(events, emitter, items(recording), speed=speed, sleep=sleep)
        except Interrupted as interruption:
            emitter.interrupt(interruption.signal)
            return EXIT_CODES[interruption.signal]
    return exit_code(events[-1])


def recorded(recording: Path) -> list[Event]:
    """The events of a recording. Raises InputError when there are none."""
    events = [to_event(record) for record in chain.read(recording / EVENTS)]
    if not events:
        raise InputError(f"{recording}: has no {EVENTS}", "give the folder of a recorded run")
    return events


def copy_artifacts(recording: Path, run_dir: Path) -> None:
    """What the recorded run left besides its journals; what is there already stays."""
    for path in recording.iterdir():
        target = run_dir / path.name
        if path.name in OWN or target.exists():
            continue
        if path.is_dir():
            shutil.copytree(path, target)
        else:
            shutil.copy2(path, target)


def items(recording: Path) -> Iterator[chain.Record]:
    """The per-item journal's batches, in order."""
    return iter(chain.read(recording / ITEMS))


def play(
    events: list[Event],
    emitter: Emitter,
    batches: Iterator[chain.Record],
    *,
    speed: float,
    sleep: Callable[[float], None],
) -> None:
    """Emit the events that are still to come; a batch of items goes before the event that announces it."""
    heard = [event for event in emitter.history.events if not isinstance(event, RunStarted | RunInterrupted)]
    place, previous = 0, events[0].elapsed_s
    for event in events:
        if isinstance(event, RunStarted):
            emitter.emit(as_this_process(event, emitter))
            continue
        place += 1
        batch = next(batches, None) if event.kind == "arm_progress" else None  # type: ignore[attr-defined]  # concrete events have it
        if place <= len(heard):
            continue
        wait((event.elapsed_s - previous) / speed if speed > 0 else 0.0, emitter, sleep)
        previous = event.elapsed_s
        if batch is not None:
            chain.append(emitter.run_dir / ITEMS, batch.kind, batch.body, clock=partial(str, batch.at))
        emitter.emit(event)


def as_this_process(event: RunStarted, emitter: Emitter) -> RunStarted:
    """The first event, with the process that plays it in place of the one that was recorded."""
    own = {"pid": os.getpid(), "host": socket.gethostname(), "boot_id": boot_id(), "run_id": emitter.run_id}
    return event.model_copy(update={**own, "resumed": bool(emitter.history.events)})


def wait(seconds: float, emitter: Emitter, sleep: Callable[[float], None]) -> None:
    """Wait in short naps, so that a signal is obeyed at once."""
    emitter.check_stop()
    while seconds > 0:
        sleep(min(seconds, LONGEST_NAP_S))
        seconds -= LONGEST_NAP_S
        emitter.check_stop()


def exit_code(last: Event) -> int:
    """The code with which a run ends that ends with this event."""
    if isinstance(last, RunInterrupted):
        return EXIT_CODES.get(last.signal, 1)
    if isinstance(last, RunFailed):
        return 2 if last.bad_input else 1
    return 0 if getattr(last, "kind", "") in TERMINAL_KINDS else 1
