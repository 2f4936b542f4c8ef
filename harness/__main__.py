"""``python -m harness prepare|train|evaluate SPEC.json`` and ``python -m harness replay RECORDING --into RUN_DIR``.

stdout carries a copy of the events, as JSON lines, and nothing else; it is claimed before any library can print to it.
Exit codes: 0 finished, 1 failed, 2 bad input, 130 and 143 ended by SIGINT and SIGTERM after saving.
"""

from __future__ import annotations

import argparse
import importlib
import os
import sys
import traceback
from pathlib import Path
from typing import IO

from pydantic import ValidationError

from harness.chain import ChainError
from harness.emit import Emitter, resume_command, spec_digest
from harness.environment import set_environment, versions
from harness.errors import HarnessError, InputError, Interrupted, RunBusy
from harness.lock import RunLock
from harness.protocol import EvaluateResult, EvaluateSpec, PrepareResult, PrepareSpec, TrainResult, TrainSpec, read_spec
from harness.signals import EXIT_CODES, StopRequest

Spec = PrepareSpec | TrainSpec | EvaluateSpec
RECIPES = {"prepare": "harness.prepare", "train": "harness.train_lora", "evaluate": "harness.evaluate"}


def main(arguments: list[str] | None = None) -> int:
    """Run one command and return its exit code."""
    options = parser().parse_args(arguments)
    echo = claim_stdout(quiet=options.quiet)
    set_environment(os.environ)
    try:
        if options.command == "replay":
            return replay_recording(options, echo)
        return work(load_spec(options.spec, options.command), echo)
    except HarnessError as error:
        complain(error)
        return error.exit_code


def parser() -> argparse.ArgumentParser:
    """The command line."""
    top = argparse.ArgumentParser(prog="python -m harness", description=__doc__)
    commands = top.add_subparsers(dest="command", required=True)
    for name in ("prepare", "train", "evaluate"):
        command = commands.add_parser(name, help=f"{name}, or go on with it where it stopped")
        command.add_argument("spec", type=Path, metavar="SPEC.json")
        command.add_argument("--quiet", action="store_true", help="no copy of the events on stdout")
    replay = commands.add_parser("replay", help="play a recorded run into a new run folder")
    replay.add_argument("recording", type=Path)
    replay.add_argument("--into", type=Path, required=True, metavar="RUN_DIR")
    replay.add_argument("--speed", type=float, default=1.0, help="times faster than it was recorded; 0 does not wait")
    replay.add_argument("--quiet", action="store_true", help="no copy of the events on stdout")
    return top


def claim_stdout(*, quiet: bool) -> IO[bytes] | None:
    """Keep the real stdout for events and send whatever else is printed to stderr."""
    real = os.dup(1)
    os.dup2(2, 1)
    if quiet:
        os.close(real)
        return None
    return os.fdopen(real, "wb")


def complain(error: HarnessError) -> None:
    """One line for a person, on stderr."""
    hint = f" ({error.hint})" if error.hint else ""
    sys.stderr.write(f"error: {error.message}{hint}\n")


def load_spec(path: Path, command: str) -> Spec:
    """The specification in a file. Raises InputError saying which field is wrong, or that it is for another command."""
    try:
        spec = read_spec(path)
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror})", "give the path of a run's spec.json") from error
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(str(part) for part in first["loc"]) or "the file"
        raise InputError(f"{path}: {where}: {first['msg']}", "see harness/protocol.py for the fields") from error
    if spec.kind != command:
        raise InputError(f"{path}: is a {spec.kind} run", f"start it with: python -m harness {spec.kind} {path}")
    return spec


def work(spec: Spec, echo: IO[bytes] | None) -> int:
    """Do the run, or the rest of it, as the only process in its folder."""
    run_dir, stop = Path(spec.run_dir), StopRequest()
    with claimed(run_dir) as lock, opened(run_dir, spec.run_id, echo, stop) as emitter:
        if emitter.history.is_finished:
            sys.stderr.write(f"run {spec.run_id} has already finished; nothing to do\n")
            return 0
        if emitter.history.spec_sha256 not in {None, spec_digest(spec)}:
            raise InputError(
                f"run {spec.run_id} was started with another specification", "give the new one a new run_dir"
            )
        stop.install(last_words=f"stopped at once; go on with: {resume_command(run_dir, spec.run_id, Path.cwd())}")
        emitter.start(spec, versions())
        if lock.stale is not None:
            emitter.warn(f"the process before (pid {lock.stale.pid} on {lock.stale.host}) ended without a word")
        return conclude(spec, emitter)


def claimed(run_dir: Path) -> RunLock:
    """The run folder's lock. Raises InputError where the folder cannot be written."""
    try:
        return RunLock(run_dir)
    except OSError as error:
        raise InputError(f"{run_dir}: cannot be written ({error.strerror})", "choose another run_dir") from error


def opened(run_dir: Path, run_id: str, echo: IO[bytes] | None, stop: StopRequest) -> Emitter:
    """The run's journal, checked. Raises RunBusy where someone writes it, HarnessError where it was tampered with."""
    try:
        return Emitter(run_dir, run_id, echo=echo, stop=stop)
    except BlockingIOError as error:
        raise RunBusy(
            f"run {run_id}: another process writes its journal", "wait for it, or use a new run_dir"
        ) from error
    except ChainError as error:
        raise HarnessError(str(error), "the journal cannot be trusted; start a new run") from error


def conclude(spec: Spec, emitter: Emitter) -> int:
    """Do the work and record how it ended."""
    try:
        result = dispatch(spec, emitter)
    except Interrupted as stop:
        emitter.interrupt(stop.signal, stop.step)
        return EXIT_CODES[stop.signal]
    except HarnessError as error:
        emitter.fail(error.message, error.hint, bad_input=isinstance(error, InputError))
        complain(error)
        return error.exit_code
    except Exception as error:
        traceback.print_exc()
        emitter.fail(f"{type(error).__name__}: {error}", "a bug, or a library's; the whole story is in the run's log")
        return 1
    emitter.finish(result)
    return 0


def dispatch(spec: Spec, emitter: Emitter) -> PrepareResult | TrainResult | EvaluateResult:
    """Do the recipe for the kind of run; each is imported only when it is wanted, which takes seconds."""
    with emitter.stage("libraries"):
        recipe = importlib.import_module(RECIPES[spec.kind])
    result: PrepareResult | TrainResult | EvaluateResult = recipe.run(spec, emitter)
    return result


def replay_recording(options: argparse.Namespace, echo: IO[bytes] | None) -> int:
    """Play a recorded run."""
    from harness.replay import replay  # noqa: PLC0415 - only this command needs it

    stop = StopRequest()
    stop.install(last_words="replay stopped")
    return replay(options.recording, options.into, speed=options.speed, echo=echo, stop=stop)


if __name__ == "__main__":
    sys.exit(main())
