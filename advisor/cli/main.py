"""The table of commands, and what happens when one of them fails."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Sequence
from contextlib import suppress

import click

from advisor.cli.lazy import Entry, LazyGroup
from advisor.cli.streams import ensure_streams
from advisor.errors import Interrupted, TunewiseError
from advisor.wording import printable
from catalog.errors import CatalogError

COMMANDS: dict[str, Entry] = {
    "demo": Entry("demo_command:demo", "The whole path on the embedded model and data, or on yours."),
    "advise": Entry("advise_command:advise", "Prompt or fine-tune? Decision, shortlist, what would change it."),
    "estimate": Entry("estimate_command:estimate", "Memory, speed and fit of many workloads at once."),
    "plan": Entry("plan_commands:plan", "What it would cost, line by line, before it is spent."),
    "probe": Entry("probe_commands:probe", "The cheap experiments: ten real steps replace an estimate."),
    "train": Entry("run_commands:train", "Start a LoRA run that outlives this terminal."),
    "runs": Entry("run_commands:runs", "List the runs of this workspace."),
    "attach": Entry("run_commands:attach", "Show a run from its first step and follow it."),
    "stop": Entry("run_commands:stop", "Save a checkpoint and end a run."),
    "resume": Entry("run_commands:resume", "Go on with what was interrupted or killed."),
    "ledger": Entry("ledger_command:ledger", "What was foreseen of every run here, beside what came."),
    "report": Entry("report_command:report", "Make the report anew from the journals."),
    "stats": Entry("stats_command:stats", "Any of the statistics on given numbers."),
    "catalog": Entry("catalog_commands:catalog", "The facts: list, search, compare, import, update, verify."),
    "verify": Entry("store_commands:verify", "Check every journal and its hash chain."),
    "rebuild": Entry("store_commands:rebuild", "Make the DuckDB index anew from the journals."),
    "doctor": Entry("doctor_command:doctor", "What this machine can do, and the fix for what it cannot."),
}


@click.group(
    cls=LazyGroup,
    table=COMMANDS,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.option(
    "--workspace", type=click.Path(), metavar="DIR", help="Folder of the project [TUNEWISE_WORKSPACE or .tunewise]."
)
@click.version_option(package_name="tunewise", message="tunewise %(version)s")
@click.pass_context
def tunewise(ctx: click.Context, workspace: str | None) -> None:
    """Fine-tune or prompt? Which model, at what cost, and did it help?

    Without a command tunewise opens its application in the terminal. Every command takes --json where a program reads
    the answer, and ends with 0 done, 1 failed, 2 bad input, 3 not enough data, 4 over a limit.
    """
    ctx.obj = workspace
    if ctx.invoked_subcommand is None:
        _open_application(ctx, workspace)


def _open_application(ctx: click.Context, workspace: str | None) -> None:
    """The application where there is a terminal, the help where there is none."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()) or os.environ.get("TERM") in {None, "", "dumb"}:
        click.echo(ctx.get_help())
        click.echo(
            "\nThis is no terminal that the application could draw on. All it does is in the commands above: try `tunewise demo`."
        )
        return
    from advisor.cli.application import open_application  # noqa: PLC0415 - Textual takes 0.3 s

    open_application(workspace)


def run(arguments: Sequence[str]) -> int:
    """Run the command line and return its exit code; failures are one line and a hint, never a traceback."""
    ensure_streams()
    signal.signal(signal.SIGTERM, _terminated)
    try:
        outcome = tunewise.main(list(arguments), prog_name="tunewise", standalone_mode=False)
    except click.ClickException as error:
        return _say(error.format_message(), _usage_hint(error), 2)
    except (click.Abort, KeyboardInterrupt) as error:
        return _say("interrupted", "", _signalled(error))
    except Interrupted as error:
        return _say(error.message, error.hint, _signalled(error))
    except (TunewiseError, CatalogError) as error:  # tables are read when they are asked for, wherever that is
        return _say(error.message, *_advice(error))
    except OSError as error:
        return _say(f"{error.filename or 'the output'}: {error.strerror or error}", "", 1)
    return outcome if isinstance(outcome, int) else 0


class Terminated(KeyboardInterrupt):
    """SIGTERM: whoever knows how to leave on Ctrl-C leaves the same way."""


def _terminated(_number: int, _frame: object) -> None:
    raise Terminated


def _signalled(error: BaseException | None) -> int:
    """130 for Ctrl-C, 143 for SIGTERM, wherever it stands in the chain of causes."""
    while error is not None:
        if isinstance(error, Terminated):
            return 143
        error = error.__cause__ or error.__context__
    return 130


def _usage_hint(error: click.ClickException) -> str:
    ctx = getattr(error, "ctx", None)
    return f"see: {ctx.command_path} --help" if ctx is not None else "see: tunewise --help"


def _advice(error: TunewiseError | CatalogError) -> tuple[str, int]:
    """How to go on, and the exit code."""
    if isinstance(error, TunewiseError):
        return error.hint, error.exit_code
    return (f"allowed: {error.allowed}" if error.allowed else "", 2)


def _say(message: str, hint: str, code: int) -> int:
    """One line of what happened, one of how to go on, on stderr; nothing in it steers the terminal."""
    lines = [f"tunewise: {' '.join(message.split())}", *([f"  {hint}"] if hint else [])]
    with suppress(OSError):  # the exit code still tells
        click.echo("\n".join(printable(line) for line in lines), err=True)
    return code
