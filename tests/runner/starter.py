"""A person's terminal session: takes its terminal, starts the run of SPEC in WORKSPACE, then sits there."""

from __future__ import annotations

import fcntl
import signal
import sys
import termios
import time
from pathlib import Path

from advisor import runner
from advisor.paths import Workspace
from advisor.runner import process
from harness.protocol import TrainSpec

if __name__ == "__main__":
    signal.signal(signal.SIGHUP, signal.SIG_DFL)  # who started the tests may have chosen to ignore it
    if sys.stdin.isatty():
        fcntl.ioctl(0, termios.TIOCSCTTY, 0)
    process.HARNESS = (sys.executable, "-P", str(Path(__file__).with_name("player.py")))
    spec = TrainSpec.model_validate_json(Path(sys.argv[1]).read_bytes())
    runner.start(spec, workspace=Workspace(Path(sys.argv[2])))
    print("started", flush=True)
    time.sleep(60)
