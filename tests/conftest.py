"""What every test gets: nothing it started is left running, and a light run stays light."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import suppress

import pytest

HEAVY_LIBRARIES = ("torch", "transformers", "vllm")


@pytest.fixture(scope="session", autouse=True)
def nothing_is_left_running() -> Iterator[None]:
    """Runs outlive who starts them, by design: end and collect those that tests of this process started."""
    yield
    runner = sys.modules.get("advisor.runner.process")
    for child in list(runner._children.values()) if runner else ():
        if child.poll() is None:
            with suppress(ProcessLookupError):
                os.killpg(child.pid, signal.SIGKILL)
        child.wait(timeout=10)


@pytest.fixture(scope="session", autouse=True)
def a_light_run_stays_light(pytestconfig: pytest.Config) -> Iterator[None]:
    """Where heavy tests are left out no test may load what they load: it would have to be marked heavy."""
    yield
    if "not heavy" in pytestconfig.option.markexpr:
        assert [name for name in HEAVY_LIBRARIES if name in sys.modules] == []
