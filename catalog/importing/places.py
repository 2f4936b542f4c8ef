"""Where a model's files are: a folder of this machine, or the hub."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, NamedTuple, Protocol

from catalog.errors import CatalogError

FILE_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.+=@-]{0,199}")
"""A plain name: it reaches into no other folder and steers no terminal."""
HUB_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,95}/[A-Za-z0-9][A-Za-z0-9_.-]{0,95}")


class Opening(NamedTuple):
    """The first bytes of a file, and how long the file is where that is known."""

    data: bytes
    size: int | None


class Place(Protocol):
    """A folder of a model's files; every method raises CatalogError for what cannot be read."""

    def told(self, name: str) -> str:
        """A file's name for a message."""

    def opening(self, name: str, length: int) -> Opening | None:
        """At most the first ``length`` bytes, or None where there is no such file."""


def whole(place: Place, name: str, *, limit: int) -> bytes | None:
    """All of a file. Raises CatalogError where it is larger than ``limit`` bytes."""
    found = place.opening(name, limit + 1)
    if found is not None and len(found.data) > limit:
        raise CatalogError(f"{place.told(name)}: larger than {limit >> 20} MiB", "the file of a model")
    return found.data if found else None


def check_name(name: object, where: str) -> str:
    """A file name that another file gave. Raises CatalogError where it leads out of the folder."""
    if not isinstance(name, str) or not FILE_NAME.fullmatch(name) or ".." in name:
        raise CatalogError(f"{where}: {str(name)[:60]!r} is not the plain name of a file", "files of the same folder")
    return name


@dataclass(frozen=True)
class Folder:
    """A folder of this machine. Links may not lead out of it, nor out of the repository that a cache keeps it in."""

    path: Path

    def told(self, name: str) -> str:
        """The path."""
        return str(self.path / name)

    def opening(self, name: str, length: int) -> Opening | None:
        """See ``Place``."""
        file = self.open(name)
        if file is None:
            return None
        with file:
            return Opening(file.read(length), os.fstat(file.fileno()).st_size)

    def open(self, name: str) -> IO[bytes] | None:
        """A regular file of the folder, or None where there is none."""
        path = self.path / name
        if not path.is_relative_to(self.path) or not self._inside(path):
            raise CatalogError(f"{path}: leads out of its folder", "files of the folder itself")
        return open_regular(path)

    def _inside(self, path: Path) -> bool:
        try:
            return path.resolve().is_relative_to(_boundary(self.path).resolve())
        except (OSError, RuntimeError) as error:
            raise CatalogError(f"{path}: cannot be followed", "a file or a link to one") from error


def _boundary(folder: Path) -> Path:
    """The folder, or of a snapshot in the hub's cache its repository: its files are links into ``blobs``."""
    real = folder.resolve()
    cached = real.parent.name == "snapshots" and real.parent.parent.name.startswith("models--")
    return real.parent.parent if cached else real


def open_regular(path: Path) -> IO[bytes] | None:
    """A file opened for reading, or None where there is none; a pipe or device is refused before it can block."""
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise CatalogError(f"{path}: cannot be read ({reason})", "a readable file") from error
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        raise CatalogError(f"{path}: not a file", "a file, no folder, pipe or device")
    return os.fdopen(handle, "rb")


def cached_folder(hub_id: str, environment: Mapping[str, str]) -> Path | None:
    """Where the hub's own library keeps a model that was downloaded before; its ``main``, else the newest."""
    if not HUB_ID.fullmatch(hub_id):
        return None
    repository = cache(environment) / f"models--{hub_id.replace('/', '--')}"
    snapshots = repository / "snapshots"
    with suppress(OSError, ValueError):
        named = (repository / "refs" / "main").read_text(encoding="ascii").strip()
        if FILE_NAME.fullmatch(named) and (snapshots / named / "config.json").exists():
            return snapshots / named
    found = [one for one in snapshots.glob("*/") if (one / "config.json").exists()]
    return max(found, key=lambda one: one.stat().st_mtime, default=None)


def cache(environment: Mapping[str, str]) -> Path:
    """The hub's cache, by the variables that its library follows."""
    direct = environment.get("HF_HUB_CACHE") or environment.get("HUGGINGFACE_HUB_CACHE")
    if direct:
        return Path(direct).expanduser()
    base = environment.get("XDG_CACHE_HOME") or "~/.cache"
    home = environment.get("HF_HOME") or str(Path(base) / "huggingface")
    return Path(home).expanduser() / "hub"
