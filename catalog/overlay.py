"""The user's own facts, laid over the catalog's: own GPUs, negotiated prices, private models."""

from __future__ import annotations

from collections.abc import Collection, Container, Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any, TypeVar

from pydantic import ValidationError

from catalog.asof import OBSERVED, offer_key
from catalog.errors import CatalogError
from catalog.files import one_writer, write_whole
from catalog.load import TABLES, Change, load
from catalog.overlay_file import TABLES as OVERLAID
from catalog.overlay_file import Entry, parse_entries, read_entries, read_text, with_entry, without_entry
from catalog.records import ApiPrice, Confidence, Fact, Offer

PROVENANCE = ("as_of", "source", "confidence")
DERIVED = {"usd_per_gpu_hour": "usd_per_instance_hour"}
ORIGINS = ("overlay", "imported")
TRUST: Mapping[Confidence, int] = {"verified": 0, "sourced": 1, "recalled": 2, "judgement": 3}

Record = TypeVar("Record", bound=Fact)


def change(path: Path, *, day: date | None = None) -> Change:
    """The change that lays an overlay over tables; an entry of a price that was made after ``day`` is left out.

    Raises CatalogError for text that is no overlay; reading a table raises it with table, entry, field and what is
    allowed where an entry of that table is wrong.
    """
    own = read_entries(path)

    def apply(table: str, records: tuple[Any, ...]) -> tuple[Any, ...]:
        entries = tuple(_holding(table, own.get(table, ()), day))
        return laid_over(records, entries) if entries else records

    return apply


def laid_over(records: tuple[Record, ...], entries: Iterable[Entry]) -> tuple[Record, ...]:
    """The records of a table with the entries in their places, new ones at the end. Raises CatalogError."""
    known = {record.id: record for record in records}  # type: ignore[attr-defined]  # every table of an overlay has ids
    folded = {name.lower(): name for name in known}
    own: dict[str, Any] = {}
    first: dict[str, Entry] = {}
    for entry in entries:
        name = _meant(entry.id, known, folded)
        if first.setdefault(name, entry) is not entry:
            raise entry.fault("id", f"given before, in entry {first[name].number}", "every id once in a table")
        own[name] = _record(entry, known.get(name))
        folded.setdefault(name.lower(), name)
    kept = (own.pop(name, record) for name, record in known.items())
    return _without_overruled((*kept, *own.values()))


def meant(name: str, known: Collection[str]) -> str:
    """The one of the ids that a name stands for, else the name itself."""
    return _meant(name, known, {one.lower(): one for one in known})


def _meant(name: str, known: Container[str], folded: Mapping[str, str]) -> str:
    """An id as the catalog writes it: two may differ in case alone (an open model and the API that serves it)."""
    return name if name in known else folded.get(name.lower(), name)


def add(path: Path, table: str, record: Mapping[str, Any], *, replace: bool = False) -> None:
    """Write one entry: a whole record, or an id, the fields that differ, as_of, source and confidence.

    The file is replaced at once and keeps its comments. Raises CatalogError for a field that is not allowed and for an
    id that is there already, unless it is to be replaced; then nothing was written.
    """
    with one_writer(path.parent):
        text = read_text(path)
        before = parse_entries(text, file=path.name).get(table, ())
        entry = parse_entry(table, record, number=len(before) + 1, file=path.name)
        there = _of_same(table, before, entry.id)
        if there and not replace:
            raise there.fault("id", "there already", "another id, or replace it")
        after = with_entry(text, entry, instead=there.id if there else None)
        parse_entries(after, file=path.name)
        write_whole(path, after.encode())


def remove(path: Path, table: str, name: str) -> None:
    """Take one entry out. Raises CatalogError where there is none of that id."""
    with one_writer(path.parent):
        text = read_text(path)
        entries = parse_entries(text, file=path.name).get(table, ())
        found = _of_same(table, entries, name)
        after = without_entry(text, table, found.id) if found else None
        if after is None:
            there = ", ".join(entry.id for entry in entries) or "nothing of that table is set"
            raise CatalogError(f"{path.name}: no {name[:80]!r} in {table}", there)
        write_whole(path, after.encode())


def find(path: Path, table: str, name: str) -> Entry | None:
    """The entry of an id, as it stands in the file."""
    return _of_same(table, read_entries(path).get(table, ()), name)


def _of_same(table: str, entries: tuple[Entry, ...], name: str) -> Entry | None:
    """The entry of the record that a name means, however both spell it; two of the catalog may differ in case alone."""
    known = {record.id for record in load().table(table)} if entries else set[str]()
    wanted = meant(name, known)
    same = (one for one in entries if meant(one.id, known) == wanted)
    return next(same, None) or next(
        (one for one in entries if one.id.lower() == wanted.lower() and one.id not in known), None
    )


def parse_entry(table: str, record: Mapping[str, Any], *, number: int, file: str) -> Entry:
    """An entry whose fields are known and right, be it whole or a part. Raises CatalogError."""
    if table not in OVERLAID:
        raise CatalogError(f"{file}: unknown table {table[:60]!r}", "one of " + ", ".join(OVERLAID))
    entry = Entry(table, number, {name: value for name, value in record.items() if value is not None}, file)
    if not isinstance(entry.fields.get("id"), str):
        raise entry.fault("id", "missing", "the name of the record")
    _check_provenance(entry)
    _check(entry, entry.fields)
    return entry


def _holding(table: str, entries: tuple[Entry, ...], day: date | None) -> Iterator[Entry]:
    for entry in entries:
        if day is None or table not in OBSERVED or _day(entry) <= day:
            yield entry


def _day(entry: Entry) -> date:
    """When it was known; dates of TOML and dates as text."""
    _check_provenance(entry)
    _check(entry, entry.fields)
    return date.fromisoformat(str(entry.fields["as_of"]))


def _record(entry: Entry, base: Any) -> Any:
    """The whole record, from the entry alone or from the one that it changes."""
    _check_provenance(entry)
    if base is None:
        return _sane(entry, _made(entry, _plain(entry)))
    _check(entry, entry.fields)
    made = _made(entry, {**_rest(base, entry), **_plain(entry)})
    return _sane(entry, _with_both_sources(made, base, entry))


def _check_provenance(entry: Entry) -> None:
    for name in PROVENANCE:
        if name not in entry.fields:
            raise entry.fault(name, "missing", "as_of, source and confidence of what you set")
    if entry.fields.get("origin", "overlay") not in ORIGINS:
        raise entry.fault("origin", repr(entry.fields["origin"])[:60], " or ".join(ORIGINS))


def _rest(base: Fact, entry: Entry) -> dict[str, Any]:
    """What the entry leaves as it is, under the id as the catalog writes it; what was computed from a price goes with it."""
    gone = {DERIVED[name] for name in entry.fields if name in DERIVED}
    return {name: value for name, value in base if (name not in entry.fields or name == "id") and name not in gone}


def _plain(entry: Entry) -> dict[str, Any]:
    """The fields as records take them: numbers in ``config`` as text, and where the record is from."""
    fields = {"origin": "overlay", **entry.fields}
    if isinstance(fields.get("config"), Mapping):
        fields["config"] = {name: _text(value) for name, value in fields["config"].items()}
    return fields


def _text(value: Any) -> Any:
    return str(value).lower() if isinstance(value, bool) else str(value) if isinstance(value, int | Decimal) else value


def _with_both_sources(made: Any, base: Any, entry: Entry) -> Any:
    """A patched record says what is whose, and is trusted no more than the less trusted of both."""
    own = [name for name in entry.fields if name not in (*PROVENANCE, "id", "origin")]
    told = f"{made.source} (for {', '.join(own)}); the rest: {base.source} ({base.as_of})"
    confidence = max((made.confidence, base.confidence), key=lambda one: TRUST[one])
    return made.model_copy(update={"id": base.id, "source": told, "confidence": confidence})


def _made(entry: Entry, fields: Mapping[str, Any]) -> Fact:
    """A whole record. Raises CatalogError for the first field that is wrong or missing."""
    _check(entry, fields, missing=True)
    made: Fact = TABLES[entry.table].record.model_validate(fields)
    return made


def _check(entry: Entry, fields: Mapping[str, Any], *, missing: bool = False) -> None:
    """Raises CatalogError for the first field that is wrong; for one that is missing too, where asked."""
    record = TABLES[entry.table].record
    for name, value in fields.items():
        if isinstance(value, bool) and name in record.model_fields and not _takes_bool(record, name):
            raise entry.fault(name, str(value).lower(), "a value of another kind than true or false")
    try:
        record.model_validate({**fields, **({"config": _plain(entry)["config"]} if "config" in entry.fields else {})})
    except ValidationError as error:
        found = error.errors(include_url=False)
        faults = [one for one in found if one["type"] != "missing"] or (found if missing else [])
        if faults:
            raise _told(entry, record, faults[0]) from error


def _takes_bool(record: type[Fact], name: str) -> bool:
    return "bool" in str(record.model_fields[name].annotation)


def _told(entry: Entry, record: type[Fact], fault: Any) -> CatalogError:
    field = ".".join(str(part) for part in fault["loc"])
    if fault["type"] == "extra_forbidden":
        allowed = ", ".join(name for name in record.model_fields if name != "origin")
        return entry.fault(field, "unknown field", "one of " + allowed)
    if fault["type"] == "missing":
        return entry.fault(field, "missing", f"a value; a new entry of {entry.table} is whole")
    return entry.fault(field, repr(_shown(fault["input"]))[:60], fault["msg"][:1].lower() + fault["msg"][1:])


def _shown(value: Any) -> Any:
    return str(value) if isinstance(value, Decimal | date) else value


def _sane(entry: Entry, record: Fact) -> Fact:
    """The record, its money in the units of its columns. Raises CatalogError for what looks like another unit."""
    from catalog.bounds import unit_faults  # noqa: PLC0415 - only where there are facts of one's own

    fault = next(iter(unit_faults(record)), None)
    if fault is not None:
        raise entry.fault(fault.field, fault.wrong, fault.allowed)
    if isinstance(record, ApiPrice) and (record.input_usd_per_mtok is None or record.output_usd_per_mtok is None):
        raise entry.fault(
            "", "only one of input_usd_per_mtok and output_usd_per_mtok", "both: they replace the public price"
        )
    return record


def _without_overruled(records: tuple[Any, ...]) -> tuple[Any, ...]:
    """Without those observations of an offer that would be taken for newer than the user's own."""
    own = {offer_key(one): one for one in records if isinstance(one, Offer) and one.origin in ORIGINS}
    if not own:
        return records
    return tuple(one for one in records if one.origin in ORIGINS or _older(one, own.get(offer_key(one))))


def _older(offer: Offer, own: Offer | None) -> bool:
    return own is None or offer.as_of < own.as_of
