"""What a person gives to import: a folder, a config.json, a GGUF file, or a name on the hub; and what its headers say."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from catalog.errors import CatalogError
from catalog.importing.config import CONFIG_LIMIT, Configuration, configuration, read_config
from catalog.importing.counted import Stored
from catalog.importing.gguf import PART, Header, read_gguf
from catalog.importing.gguf_config import to_config
from catalog.importing.headers import read_headers, stated_total
from catalog.importing.hub import hub
from catalog.importing.places import HUB_ID, Folder, Place, cached_folder, open_regular, whole
from catalog.importing.stated import Stated, from_label

CONFIG = "config.json"
QUANT = re.compile(r"[.-](?:I?Q\d(?:_[A-Z0-9]+)*|TQ\d_\d|[BF]F?16|F32|MXFP4(?:_MOE)?|UD)(?=[.-]|$)", re.IGNORECASE)
"""The part of a GGUF file's name that tells how its numbers are packed."""
ALLOWED = "a folder with config.json, a config.json, a GGUF file, or organisation/model of the hub"
LICENSE = re.compile(r"[A-Za-z0-9][A-Za-z0-9 .+_-]{0,59}")
LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{1,8})*")


class Reading(NamedTuple):
    """What the files of a model say."""

    configuration: Configuration
    stored: Stored | None
    """None where only a configuration was given, or the folder has no weights."""
    source: str
    """Which files were read, and where."""
    name: str
    """As far as the files or their folder tell."""
    hub_id: str | None
    stated: tuple[Stated, ...]
    gguf: bool = False
    license: str | None = None
    languages: tuple[str, ...] = ()
    organisation: str | None = None


def read_source(source: str, *, environment: Mapping[str, str], online: bool = False) -> Reading:
    """Read configuration and headers of what ``source`` names; weights stay unread and no code is run.

    A path wins over a name; a name is looked up in the hub's cache, and on the hub itself only with ``online``. Raises
    CatalogError with what, where, and what is allowed.
    """
    path = Path(source).expanduser() if source else Path("\0")
    if _exists(path):
        return _read_path(path.absolute())
    if not HUB_ID.fullmatch(source) or ".." in source:
        raise CatalogError(f"{source[:120]!r}: no such file or folder", ALLOWED)
    found = cached_folder(source, environment)
    if found is not None:
        return _read_place(Folder(found), name=source.rpartition("/")[2], hub_id=source)
    if not online:
        raise CatalogError(
            f"{source}: neither a folder here nor in the hub's cache",
            f"{ALLOWED}; --online asks the hub for its headers",
        )
    return _read_place(hub(source, environment), name=source.rpartition("/")[2], hub_id=source)


def asks_the_hub(source: str, environment: Mapping[str, str]) -> bool:
    """Whether reading a source with ``online`` would ask another machine."""
    return not _exists(Path(source).expanduser()) and cached_folder(source, environment) is None


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except (OSError, ValueError):
        return False


def _read_path(path: Path) -> Reading:
    if path.is_dir():
        return _read_folder(path)
    if path.suffix == ".json":
        return _read_config_alone(path)
    if path.suffix == ".safetensors":
        raise CatalogError(f"{path}: weights alone", f"their folder {path.parent}, which has {CONFIG}")
    return _read_gguf(path)


def _read_folder(path: Path) -> Reading:
    """A folder of transformers, or one that has a single GGUF model."""
    if (path / CONFIG).exists() or (path / CONFIG).is_symlink():
        hub_id = _cached_id(path)
        name = hub_id.rpartition("/")[2] if hub_id else path.resolve().name
        return _read_place(Folder(path), name=name, hub_id=hub_id)
    models = [one for one in sorted(path.glob("*.gguf")) if not (part := PART.fullmatch(one.name)) or int(part[2]) == 1]
    if len(models) == 1:
        return _read_gguf(models[0])
    told = f"{len(models)} GGUF files" if models else f"no {CONFIG} and no GGUF file"
    raise CatalogError(f"{path}: {told}", f"name one of them, as {models[0]}" if models else ALLOWED)


def _cached_id(path: Path) -> str | None:
    """The name that a folder of the hub's cache stands for."""
    repository = path.resolve().parent.parent.name
    organisation, _, model = repository.removeprefix("models--").partition("--")
    name = f"{organisation}/{model}"
    return name if repository.startswith("models--") and HUB_ID.fullmatch(name) else None


def _read_place(place: Place, *, name: str, hub_id: str | None) -> Reading:
    raw = whole(place, CONFIG, limit=CONFIG_LIMIT)
    if raw is None:
        raise CatalogError(f"{place.told(CONFIG)}: no such file", ALLOWED)
    found = read_config(raw, place.told(CONFIG))
    stored = read_headers(place)
    total = stated_total(place) if stored else None
    exact = (Stated(total, "its index", rounded=False),) if total else ()
    said = from_label(name, "its name")
    files = f"{CONFIG} and safetensors headers" if stored else CONFIG
    where = place.told(CONFIG).removesuffix(f"/{CONFIG}")
    return Reading(found, stored, f"{files} of {where}", name, hub_id, (*exact, *((said,) if said else ())))


def _read_config_alone(path: Path) -> Reading:
    file = open_regular(path)
    if file is None:
        raise CatalogError(f"{path}: no such file", ALLOWED)
    with file:
        raw = file.read(CONFIG_LIMIT + 1)
    if len(raw) > CONFIG_LIMIT:
        raise CatalogError(f"{path}: larger than {CONFIG_LIMIT >> 20} MiB", "the config.json of a model")
    name = path.parent.name if path.name == CONFIG else path.stem
    said = from_label(name, "its name")
    return Reading(read_config(raw, str(path)), None, f"{path}", name or path.stem, None, (said,) if said else ())


def _read_gguf(path: Path) -> Reading:
    header = read_gguf(path)
    config, assumed = to_config(header, str(path))
    name = _gguf_name(path)
    said = (from_label(_text(header, "general.size_label"), "its size label"), from_label(name, "its name"))
    license_name, organisation = _text(header, "general.license"), _text(header, "general.organization")
    return Reading(
        configuration=configuration(config, str(path), told=assumed),
        stored=header.stored,
        source=f"the GGUF header of {path}",
        name=name,
        hub_id=None,
        stated=tuple(one for one in said if one)[:1],
        gguf=True,
        license=license_name.lower() if license_name and LICENSE.fullmatch(license_name) else None,
        languages=_languages(header),
        organisation=organisation if organisation and LICENSE.fullmatch(organisation) else None,
    )


def _gguf_name(path: Path) -> str:
    """The file's name without its part and without how it is packed."""
    part = PART.fullmatch(path.name)
    stem = part[1] if part else path.name.removesuffix(".gguf")
    return QUANT.sub("", stem) or stem


def _text(header: Header, key: str) -> str | None:
    found = header.metadata.get(key)
    return found.strip() or None if isinstance(found, str) else None


def _languages(header: Header) -> tuple[str, ...]:
    found = header.metadata.get("general.languages")
    names = found if isinstance(found, list) else []
    return tuple(dict.fromkeys(one.lower() for one in names if isinstance(one, str) and LANGUAGE.fullmatch(one)))
