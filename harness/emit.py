"""Says what happens in a run: first to its journal on disk, then to whoever listens."""

from __future__ import annotations

import os
import shlex
import socket
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO, NamedTuple, Self

from harness import chain
from harness.lock import boot_id
from harness.protocol import (
    CheckpointSaved,
    EvaluateResult,
    EvaluateSpec,
    Event,
    PrepareResult,
    PrepareSpec,
    RunFailed,
    RunFinished,
    RunInterrupted,
    RunStarted,
    StageFinished,
    StageStarted,
    TrainResult,
    TrainSpec,
    Warned,
    event_body,
    read_events,
)
from harness.signals import StopRequest

EVENTS = "events.jsonl"


class History(NamedTuple):
    """What earlier sessions of a run left behind."""

    events: list[Event]

    @property
    def elapsed_s(self) -> float:
        """Seconds worked so far."""
        return self.events[-1].elapsed_s if self.events else 0.0

    @property
    def spec_sha256(self) -> str | None:
        """The specification that the run was started with."""
        return next((event.spec_sha256 for event in self.events if isinstance(event, RunStarted)), None)

    @property
    def checkpoint_step(self) -> int | None:
        """The step of the last checkpoint that was announced."""
        steps = [event.step for event in self.events if isinstance(event, CheckpointSaved)]
        return steps[-1] if steps else None

    @property
    def is_finished(self) -> bool:
        """Whether the run reached its end."""
        return any(isinstance(event, RunFinished) for event in self.events)


class Stage:
    """A named part of the work; its detail may be filled in while it runs."""

    def __init__(self, name: str) -> None:
        self.name, self.detail = name, ""


class Emitter:
    """The one writer of a run's events; refuses a second one with BlockingIOError."""

    def __init__(
        self,
        run_dir: Path,
        run_id: str,
        *,
        monotonic: Callable[[], float] = time.monotonic,
        echo: IO[bytes] | None = None,
        stop: StopRequest | None = None,
    ) -> None:
        self.run_dir, self.run_id = run_dir, run_id
        self.stop = stop or StopRequest()
        self._echo, self._monotonic, self._start = echo, monotonic, monotonic()
        self._writer = chain.Writer(run_dir / EVENTS, wait=False)
        self.history = History(read_events(run_dir))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self._writer.close()

    def elapsed(self) -> float:
        """Seconds worked on the run, over all its sessions; monotonic."""
        return round(self.history.elapsed_s + self._monotonic() - self._start, 4)

    def emit(self, event: Event) -> None:
        """Put an event on disk, then copy its line to the reader, if there is one."""
        kind: str = event.kind  # type: ignore[attr-defined]  # every concrete event has one; the base has none
        self._copy(self._writer.append(kind, event_body(event)))

    def _copy(self, record: chain.Record) -> None:
        """A reader that went away is forgotten; the run goes on."""
        if self._echo is None:
            return
        try:
            self._echo.write(chain.canonical(record._asdict()) + b"\n")
            self._echo.flush()
        except OSError:
            self._echo = None

    def start(self, spec: PrepareSpec | TrainSpec | EvaluateSpec, versions: Mapping[str, str]) -> None:
        """The first record of a session."""
        plan = spec.plan if isinstance(spec, EvaluateSpec) else None
        self.emit(
            RunStarted(
                elapsed_s=self.elapsed(),
                run_id=spec.run_id,
                run_kind=spec.kind,
                pid=os.getpid(),
                host=socket.gethostname(),
                boot_id=boot_id(),
                spec_sha256=spec_digest(spec),
                plan_sha256=chain.digest(plan.model_dump(mode="json")) if plan else None,
                versions=dict(versions),
                resumed=bool(self.history.events),
                resumed_from_step=self.history.checkpoint_step,
            )
        )

    @contextmanager
    def stage(self, name: str, detail: str = "") -> Iterator[Stage]:
        """Announce a part of the work and how long it took; a stop asked for before it is honoured here."""
        self.check_stop()
        began, stage = self._monotonic(), Stage(name)
        self.emit(StageStarted(elapsed_s=self.elapsed(), stage=name, detail=detail))
        yield stage
        seconds = round(self._monotonic() - began, 3)
        self.emit(StageFinished(elapsed_s=self.elapsed(), stage=name, seconds=seconds, detail=stage.detail))

    def warn(self, message: str) -> None:
        """Say something a person should know; the run goes on."""
        self.emit(Warned(elapsed_s=self.elapsed(), message=message))

    def fail(self, error: str, hint: str, *, bad_input: bool = False) -> None:
        """The run ended by an error."""
        self.emit(RunFailed(elapsed_s=self.elapsed(), error=error, hint=hint, bad_input=bad_input))

    def interrupt(self, signal: str, step: int | None = None) -> None:
        """The run ended by a signal."""
        resume = resume_command(self.run_dir, self.run_id, Path.cwd())
        self.emit(RunInterrupted(elapsed_s=self.elapsed(), signal=signal, step=step, resume=resume))

    def finish(self, result: PrepareResult | TrainResult | EvaluateResult) -> None:
        """The run reached its end."""
        self.emit(RunFinished(elapsed_s=self.elapsed(), result=result))

    def check_stop(self, step: int | None = None) -> None:
        """Raise Interrupted if a signal asked for the run's end; call it where nothing would be lost."""
        self.stop.check(step)


def spec_digest(spec: PrepareSpec | TrainSpec | EvaluateSpec) -> str:
    """The hash of a specification's values, whatever its file looks like."""
    return chain.digest(spec.model_dump(mode="json"))


def resume_command(run_dir: Path, run_id: str, here: Path) -> str:
    """The exact command that goes on with a run, for someone standing in the folder ``here``."""
    root = run_dir.absolute().parent.parent
    command = f"tunewise resume {run_id}"
    return command if root == here / ".tunewise" else f"{command} --workspace {shlex.quote(str(root))}"
