"""The text of an overlay: TOML that people write, read entry by entry and written back with its comments."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from catalog.errors import CatalogError
from catalog.tables import BYTES_LIMIT

if TYPE_CHECKING:
    from tomlkit import TOMLDocument

TABLES = (
    "models", "architectures", "gpus", "offers", "api_prices", "finetune_prices", "lifecycle", "scores", "platforms",
    "platform_facts",
)  # fmt: skip
"""Tables that may have facts of one's own: those whose records have an id."""
TOML_PLACE = re.compile(r" \(at line (\d+), column (\d+)\)")
HEADER = (
    "# Facts of your own: they win over the catalog's, and are marked. Every entry has as_of, source and confidence.\n"
)


class Entry(NamedTuple):
    """One record, or the part of one, as it stands in the file."""

    table: str
    number: int
    """From 1, within its table."""
    fields: Mapping[str, Any]
    file: str = "overlay.toml"

    @property
    def id(self) -> str:
        """Of the record that it is or changes."""
        return str(self.fields["id"])

    def fault(self, field: str, wrong: str, allowed: str) -> CatalogError:
        """What is wrong with a field, and where it stands."""
        name = f" ({self.fields['id']})" if isinstance(self.fields.get("id"), str) else ""
        place = f"{self.file} [[{self.table}]] entry {self.number}{name[:80]}"
        return CatalogError(f"{place}{f' field {field}' if field else ''}: {wrong}", allowed)


def read_entries(path: Path) -> Mapping[str, tuple[Entry, ...]]:
    """Entries by table; none where there is no file. Raises CatalogError with file, line or entry, and what is allowed."""
    return parse_entries(read_text(path), file=path.name)


def read_text(path: Path) -> str:
    """The text of an overlay, empty where there is none. Raises CatalogError where it cannot be read."""
    try:
        if path.stat().st_size > BYTES_LIMIT:
            raise CatalogError(f"{path.name}: larger than {BYTES_LIMIT // 2**20} MiB", "a TOML file of facts")
        return path.read_text(encoding="utf-8-sig")
    except (FileNotFoundError, NotADirectoryError):
        return ""
    except UnicodeDecodeError as error:
        raise CatalogError(f"{path.name}: byte {error.start} is not UTF-8", "UTF-8") from error
    except OSError as error:
        raise CatalogError(f"{path}: cannot be read ({error.strerror})", "a readable TOML file") from error


def parse_entries(text: str, *, file: str) -> Mapping[str, tuple[Entry, ...]]:
    """The same of a text. Every entry has an id that is new in its table."""
    return {table: _entries(table, given, file) for table, given in _parsed(text, file).items()}


def _parsed(text: str, file: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text, parse_float=Decimal)
    except tomllib.TOMLDecodeError as error:
        found = TOML_PLACE.search(str(error))
        place = f" line {found[1]} column {found[2]}" if found else ""
        reason = TOML_PLACE.sub("", str(error))
        raise CatalogError(f"{file}{place}: not TOML ({reason})", "[[table]], then field = value lines") from error
    except (ValueError, RecursionError) as error:  # a number of more digits than Python reads, a nest without end
        raise CatalogError(f"{file}: not TOML ({type(error).__name__})", "plain values") from error


def _entries(table: str, given: Any, file: str) -> tuple[Entry, ...]:
    if table not in TABLES:
        raise CatalogError(f"{file}: unknown table {table[:60]!r}", "one of " + ", ".join(TABLES))
    if not isinstance(given, list) or not all(isinstance(one, dict) for one in given):
        raise CatalogError(f"{file}: {table} is not a list of entries", f"[[{table}]] before each entry")
    entries = tuple(Entry(table, number, one, file) for number, one in enumerate(given, 1))
    _check_ids(entries)
    return entries


def _check_ids(entries: tuple[Entry, ...]) -> None:
    seen: dict[str, Entry] = {}
    for entry in entries:
        name = entry.fields.get("id")
        if not isinstance(name, str) or not name.strip():
            raise entry.fault("id", "missing" if name is None else f"{name!r} is no text", "the name of the record")
        first = seen.setdefault(name, entry)
        if first is not entry:
            raise entry.fault("id", f"given before, in entry {first.number}", "every id once in a table")


def with_entry(text: str, entry: Entry, *, instead: str | None = None) -> str:
    """The text with one entry put in, in the place of the one whose id is ``instead``; comments stay."""
    import tomlkit  # noqa: PLC0415 - only who writes needs it

    document = tomlkit.parse(text or HEADER)
    wanted = {name: _item(value) for name, value in entry.fields.items() if value is not None}
    found = _position(document, entry.table, instead or entry.id)
    if found is not None:
        _update(document.value[entry.table][found], document[entry.table][found], wanted)
    elif entry.table in document:
        document[entry.table].append(_table(wanted))
    else:
        entries = tomlkit.aot()
        entries.append(_table(wanted))
        document.append(entry.table, entries)
    return tomlkit.dumps(document)


def without_entry(text: str, table: str, name: str) -> str | None:
    """The text without one entry; None where it has no such entry."""
    import tomlkit  # noqa: PLC0415 - only who writes needs it

    document = tomlkit.parse(text)
    found = _position(document, table, name)
    if found is None:
        return None
    del document[table][found]
    if not document[table]:
        del document[table]
    return tomlkit.dumps(document)


def _position(document: TOMLDocument, table: str, name: str) -> int | None:
    """Of the entry of that very id; another may differ in case alone."""
    return next((place for place, one in enumerate(document.unwrap().get(table, [])) if one.get("id") == name), None)


def _update(before: Mapping[str, Any], table: Any, wanted: Mapping[str, Any]) -> None:
    for name in [name for name in before if name not in wanted]:
        del table[name]
    for name, value in wanted.items():
        table[name] = value


def _table(wanted: Mapping[str, Any]) -> Any:
    import tomlkit  # noqa: PLC0415 - only who writes needs it

    table = tomlkit.table()
    for name, value in wanted.items():
        table.append(name, value)
    table.add(tomlkit.nl())
    return table


def _item(value: Any) -> Any:
    """A value in its TOML form: money without binary rounding, days as days."""
    import tomlkit  # noqa: PLC0415 - only who writes needs it

    if isinstance(value, Decimal):
        text = f"{value.normalize():f}"
        return tomlkit.float_(text) if "." in text else tomlkit.integer(text)
    if isinstance(value, date):
        return tomlkit.date(value.isoformat())
    if isinstance(value, Mapping):
        table = tomlkit.inline_table()
        table.update({name: _item(one) for name, one in value.items()})
        return table
    if isinstance(value, tuple | list):
        return tomlkit.item([_item(one) for one in value])
    return tomlkit.item(value)
