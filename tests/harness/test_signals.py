"""One signal is a request, the second an order; a closed terminal is neither."""

from __future__ import annotations

import signal
import subprocess
import sys

import pytest

from harness.errors import Interrupted
from harness.signals import StopRequest
from tests.harness.running import ROOT

WAITING = """
import time
from harness.signals import StopRequest
stop = StopRequest()
stop.install(last_words="go on with: tunewise resume r1")
print("ready", flush=True)
while True:
    time.sleep(0.01)
    if stop.signal:
        print(stop.signal, flush=True)
        time.sleep(0.2)
"""


def start() -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [sys.executable, "-c", WAITING], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    return process


@pytest.mark.parametrize(("name", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_the_second_signal_leaves_at_once_and_says_how_to_go_on(name: signal.Signals, code: int) -> None:
    with start() as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.send_signal(name)
        assert process.stdout.readline() == f"{name.name}\n"
        assert process.poll() is None
        process.send_signal(name)
        assert process.wait(10) == code
        assert process.stderr.read() == "go on with: tunewise resume r1\n"


def test_a_closed_terminal_does_not_end_a_run() -> None:
    with start() as process:
        process.send_signal(signal.SIGHUP)
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(0.3)
        process.kill()


def test_work_that_looks_is_told_which_signal_and_where() -> None:
    stop = StopRequest()
    stop.check(1)
    stop.signal = "SIGINT"
    with pytest.raises(Interrupted) as caught:
        stop.check(2)
    assert (caught.value.signal, caught.value.step) == ("SIGINT", 2)
