"""From a GPU's name as people print it to the catalog's record."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

from advisor.errors import BadInput
from advisor.estimate.remembered import meaning

if TYPE_CHECKING:
    from catalog.records import Gpu

_NOISE = frozenset(
    [
        "nvidia",
        "geforce",
        "tesla",
        "amd",
        "instinct",
        "gb",
        "gib",
        "server",
        "edition",
        "per",
        "gpu",
        "class",
        "vram",
        "gpus",
        "the",
        "n",
        "s",
        "size",
    ]
)
_FORMS = frozenset({"sxm", "pcie", "nvl"})
_SAME_BOARD = {"sxm2": "sxm", "sxm3": "sxm", "sxm4": "sxm", "sxm5": "sxm", "hbm3": "sxm", "hbm3e": "sxm"}
"""A driver prints an H100 SXM as "H100 80GB HBM3"; the PCIe board has HBM2e."""


def words_of(name: str) -> tuple[frozenset[str], int | None]:
    """Model words and forms, and the memory in gigabytes if the name says it.

    "NVIDIA A100-SXM4-80GB" gives ({"a100", "sxm"}, 80).
    """
    lowered = name.lower()
    sizes = [int(size) for size in re.findall(r"(\d+)\s*gi?b\b", lowered)]
    bare = re.sub(r"\d+\s*gi?b\b", " ", lowered)
    parts = re.findall(r"[a-z]*\d+[a-z]*|[a-z]+", bare)
    words = {_SAME_BOARD.get(part, part) for part in parts} - _NOISE
    return frozenset(words), (sizes[-1] if sizes else None)


def memory_class(name: str) -> int | None:
    """Gigabytes of a name that states only a size, such as "24GB VRAM class"."""
    words, size = words_of(name)
    return size if not words - {"named", "not"} else None


def match(name: str, gpus: Iterable[Gpu]) -> tuple[Gpu, ...]:
    """All records that the name may mean, best first; empty when none. Ids match exactly first."""
    known = tuple(gpus)
    exact = tuple(gpu for gpu in known if name.strip().lower() in (gpu.id.lower(), gpu.name.lower()))
    if exact:
        return exact[:1]
    words, size = words_of(name)
    model = words - _FORMS
    found = [gpu for gpu in known if model and model <= _words(gpu) and not _other_model(model, gpu)]
    found = [gpu for gpu in found if not words & _FORMS or words & _FORMS <= _words(gpu)] or found
    return tuple(sorted(found, key=lambda gpu: (_size_gap(gpu, size), "sxm" not in _words(gpu), gpu.id)))


def resolve(name: str, gpus: Iterable[Gpu]) -> tuple[Gpu, tuple[Gpu, ...]]:
    """The likeliest record and its rivals. Raises BadInput with the nearest names."""
    known = gpus if isinstance(gpus, tuple) else tuple(gpus)
    return meaning(known, name, lambda: _resolved(name, known))


def _resolved(name: str, known: tuple[Gpu, ...]) -> tuple[Gpu, tuple[Gpu, ...]]:
    found = match(name, known)
    if not found:
        raise BadInput(f"unknown GPU {name[:60]!r}", _did_you_mean(name, known))
    size = words_of(name)[1]
    rivals = found[1:] if size is None else tuple(gpu for gpu in found[1:] if _size_gap(gpu, size) == 0)
    return found[0], rivals


def _words(gpu: Gpu) -> frozenset[str]:
    return words_of(gpu.id.replace("-", " "))[0] | words_of(gpu.name)[0]


def _other_model(model: frozenset[str], gpu: Gpu) -> bool:
    """Is it a longer name of another card: "rtx 6000" must not become "rtx 6000 ada"."""
    return bool(_words(gpu) & {"ada", "pro", "max", "ultra"} - model) and len(model) > 1


def _size_gap(gpu: Gpu, size: int | None) -> float:
    return 0.0 if size is None else round(abs(gpu.memory_gb - size) / size, 1)


def _did_you_mean(name: str, gpus: tuple[Gpu, ...]) -> str:
    ids = [gpu.id for gpu in gpus]
    near = difflib.get_close_matches(name.lower().replace(" ", "-"), ids, n=3, cutoff=0.4)
    return f"did you mean {' or '.join(near)}?" if near else f"allowed: {', '.join(sorted(ids))}"
