"""Files in the user's cache folder, each with the hash of its body: a torn or changed one is as if it were not there."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path


def folder(name: str) -> Path:
    """By the rules for such files on the desktop, also where the variable names no absolute folder."""
    named = Path(os.environ.get("XDG_CACHE_HOME") or "")
    return (named if named.is_absolute() else _home() / ".cache") / "tunewise" / name


def read(path: Path) -> bytes | None:
    """The body that was written; None where the file is missing, unreadable or not what was written."""
    try:
        stamp, _, body = path.read_bytes().partition(b"\n")
    except OSError:
        return None
    return body if stamp == _stamp(body) else None


def write(path: Path, body: bytes, *, keep: int) -> None:
    """Put a whole file in place at once and keep the newest of its folder; where that is not possible, do without."""
    with suppress(OSError):
        _write(path, body)
        _tidy(path.parent, keep)


def _write(path: Path, body: bytes) -> None:
    import tempfile  # noqa: PLC0415 - only to write

    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, suffix=".part")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(_stamp(body) + b"\n" + body)
        Path(name).replace(path)
    except OSError:
        Path(name).unlink(missing_ok=True)


def _tidy(of: Path, keep: int) -> None:
    files = sorted(of.glob("*.json"), key=lambda path: path.stat().st_mtime, reverse=True)
    for old in files[keep:]:
        old.unlink(missing_ok=True)


def _home() -> Path:
    """The user's folder; one that cannot be written where there is none."""
    try:
        return Path.home()
    except RuntimeError:
        return Path(os.devnull)


def _stamp(body: bytes) -> bytes:
    import hashlib  # noqa: PLC0415 - takes 4 ms, which a list that reads text alone can save

    return hashlib.sha256(body).hexdigest().encode()
