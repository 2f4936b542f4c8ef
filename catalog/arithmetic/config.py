"""Fields of config.json: from its nested JSON to flat text, and from text to values."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import groupby
from typing import Any

Value = int | float | bool | str | None | tuple["int | float | bool | str | None", ...]

NESTED_TEXT = ("text_config", "llm_config", "language_config")
"""Where a multimodal config.json keeps the fields of its language model."""
NO_VALUE = "none"


class UnknownField(LookupError):
    """A field that the sizes depend on is not known."""

    def __init__(self, name: str) -> None:
        super().__init__(f"{name} is not known")
        self.name = name


class Fields:
    """The fields of a configuration by their own names, read with the type that is expected."""

    def __init__(self, values: Mapping[str, Value], *, seen: set[str] | None = None, prefix: str = "") -> None:
        self._values = {name: value for name, value in values.items() if value is not None}
        self._seen = set() if seen is None else seen
        self._prefix = prefix

    def __contains__(self, name: str) -> bool:
        return self._get(name) is not None

    @property
    def seen(self) -> frozenset[str]:
        """Names of the fields that were there when they were asked for."""
        return frozenset(self._seen)

    def _get(self, name: str) -> Value:
        value = self._values.get(name)
        if value is not None:
            self._seen.add(self._prefix + name)
        return value

    def whole(self, *names: str, default: int | None = None) -> int:
        """A count under the first of these names that is there. Raises UnknownField."""
        for name in names:
            value = self._get(name)
            if isinstance(value, int) and not isinstance(value, bool):
                return value
        if default is None:
            raise UnknownField(" or ".join(names))
        return default

    def flag(self, name: str, *, default: bool | None = None) -> bool:
        """A switch. Raises UnknownField."""
        value = self._get(name)
        found = default if value is None else value
        if not isinstance(found, bool):
            raise UnknownField(name)
        return found

    def text(self, name: str, *, default: str | None = None) -> str:
        """A word. Raises UnknownField."""
        value = self._get(name)
        found = default if value is None else value
        if not isinstance(found, str):
            raise UnknownField(name)
        return found

    def items(self, name: str) -> tuple[Any, ...] | None:
        """A list, or None where the field is absent."""
        value = self._get(name)
        if value is None:
            return None
        return value if isinstance(value, tuple) else (value,)

    def under(self, prefix: str) -> Fields | None:
        """The fields of a nested part such as ``vision_config``, or None where there is none."""
        start = f"{prefix}."
        inner = {name.removeprefix(start): value for name, value in self._values.items() if name.startswith(start)}
        return Fields(inner, seen=self._seen, prefix=self._prefix + start) if inner else None

    def but(self, **changes: Value) -> Fields:
        """The same with these fields changed."""
        return Fields({**self._values, **changes}, seen=self._seen, prefix=self._prefix)


def parse(text: str) -> Value:
    """A value from its text: ``128``, ``true``, ``none``, ``mamba``, or with a comma a list: ``mamba*5,attention``."""
    if "," in text:
        return tuple(item for part in text.split(",") if part for item in _repeated(part))
    return _single(text)


def _repeated(part: str) -> tuple[Any, ...]:
    value, star, times = part.rpartition("*")
    return (_single(value),) * int(times) if star and times.isdecimal() else (_single(part),)


def _single(text: str) -> int | float | bool | str | None:
    words = {"true": True, "false": False, NO_VALUE: None}
    if text in words:
        return words[text]
    for read in (int, float):
        try:
            return read(text)
        except ValueError:
            continue
    return text


def render(value: object) -> str | None:
    """The text of a value, runs in a list shortened to ``value*times``; None for what has no such form."""
    if isinstance(value, list | tuple):
        return _render_list(value) if value and not any(_bare(item) is None for item in value) else None
    return _bare(value)


def _bare(value: object) -> str | None:
    """The text of what is no list."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        return str(value)
    if isinstance(value, str) and value and not set(value) & set(",;=\n"):
        return value
    return None


def _render_list(values: Iterable[object]) -> str:
    runs = [(str(_bare(value)), len(list(run))) for value, run in groupby(values)]
    text = ",".join(value if times == 1 else f"{value}*{times}" for value, times in runs)
    return text if len(runs) > 1 else f"{text},"


def flatten(config: Mapping[str, Any]) -> dict[str, str]:
    """A config.json as the catalog keeps it: the language model's fields on top, other nested parts as ``part.field``."""
    inner: Mapping[str, Any] = next((config[name] for name in NESTED_TEXT if isinstance(config.get(name), Mapping)), {})
    outer = {name: value for name, value in config.items() if name not in NESTED_TEXT}
    flat = {**outer, **{name: value for name, value in inner.items() if name != "model_type"}}
    if inner and "tie_word_embeddings" in config:
        flat["tie_word_embeddings"] = config["tie_word_embeddings"]
    if inner.get("model_type"):
        flat["text_model_type"] = inner["model_type"]
    return dict(_pairs(flat, ""))


def _pairs(values: Mapping[str, Any], prefix: str) -> Iterable[tuple[str, str]]:
    for name, value in values.items():
        if isinstance(value, Mapping):
            yield from _pairs(value, f"{prefix}{name}.")
        elif (value := render(value)) is not None:
            yield f"{prefix}{name}", value
