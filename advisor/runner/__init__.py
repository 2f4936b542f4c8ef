"""Starts, follows, stops and resumes runs: processes of their own that outlive the terminal that started them."""

from advisor.runner.ended import record_end
from advisor.runner.halt import stop
from advisor.runner.launch import new_run_id, resume, start
from advisor.runner.log import log_tail
from advisor.runner.records import RunStatus, RunView
from advisor.runner.view import status, statuses
from advisor.runner.watch import follow

__all__ = [
    "RunStatus",
    "RunView",
    "follow",
    "log_tail",
    "new_run_id",
    "record_end",
    "resume",
    "start",
    "status",
    "statuses",
    "stop",
]
