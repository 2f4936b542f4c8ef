"""A small language to choose records: ``params<=8B and license~apache and (price_in<1 or price_in is unknown)``.

    expression  term {"or" term}
    term        factor {"and" factor}
    factor      "not" factor | "(" expression ")" | condition
    condition   FIELD ("=" | "!=" | "<" | "<=" | ">" | ">=" | "~") VALUE
              | FIELD "in" ["("] VALUE {"," VALUE} [")"] | FIELD "has" VALUE | FIELD "is" ["not"] ("known" | "unknown")

A comparison with an unknown value is neither true nor false, and its negation is not either (Kleene's three values):
what is unknown is found by ``is unknown`` alone. A figure that is written coarsely stands for all that it may mean:
``2025-06`` is the month, and ``128K`` tokens are 128,000 to 131,072. ``<`` is below all of it, ``<=`` not above it.
"""

from __future__ import annotations

import difflib
import re
from calendar import monthrange
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Any, Literal, NamedTuple, TypeVar

Kind = Literal["text", "list", "flag", "date", "count", "tokens", "money", "gb", "number"]
Truth = bool | None
"""None is unknown."""
Test = Callable[[Any], Truth]
Part = TypeVar("Part")

DEPTH_LIMIT = 50
"""Brackets and ``not`` within each other; a person writes three."""
LENGTH_LIMIT = 4_000
"""Characters."""


class BadQuery(ValueError):
    """A filter that means nothing: what and where, and what is allowed."""

    def __init__(self, message: str, allowed: str) -> None:
        super().__init__(message)
        self.message, self.allowed = message, allowed


class Field(NamedTuple):
    """Something that records can be chosen and sorted by."""

    kind: Kind
    read: Callable[[Any], Any]
    """The value of a record, None where it is unknown."""
    help: str
    attribute: str = ""
    """Of the record, where it is one."""


class Span(NamedTuple):
    """The smallest and the largest value that a figure may mean."""

    low: Any
    high: Any


class Query(NamedTuple):
    """Conditions that hold together."""

    text: str
    test: Test
    fields: frozenset[str] = frozenset()
    """Those that it asks for."""

    def __call__(self, record: Any) -> bool:
        """Whether a record certainly meets all conditions."""
        return self.test(record) is True


EVERYTHING = Query("", lambda _: True)


def parse(texts: Iterable[str], fields: Mapping[str, Field]) -> Query:
    """The query that all of the texts make together. Raises BadQuery with the column and what is allowed there."""
    given = [text for text in texts if text.strip()]
    parsers = [_Parser(text, fields) for text in given]
    tests = [parser.whole() for parser in parsers]
    asked = frozenset(name for parser in parsers for name in parser.asked)
    return Query(" and ".join(f"({text})" for text in given), _all(tests), asked) if tests else EVERYTHING


def sort_key(of: Field, *, descending: bool) -> Callable[[Any], tuple[bool, Any]]:
    """Orders records by a field, unknown ones last in either direction."""

    def key(record: Any) -> tuple[bool, Any]:
        value = of.read(record)
        return (value is not None) is descending, _comparable(value)

    return key


def nearest(name: str, known: Iterable[str]) -> str:
    """Names that are close, else all of them."""
    names = list(known)
    close = difflib.get_close_matches(name.lower(), names, n=3, cutoff=0.5)
    return f"nearest: {', '.join(close)}" if close else f"one of {', '.join(names)}"


# ------------------------------------------------------------------------------------------------------ three values


def _all(tests: list[Test]) -> Test:
    return tests[0] if len(tests) == 1 else lambda record: _and(test(record) for test in tests)


def _any(tests: list[Test]) -> Test:
    return tests[0] if len(tests) == 1 else lambda record: _or(test(record) for test in tests)


def _and(found: Iterator[Truth]) -> Truth:
    """False if one is, else unknown if one is."""
    outcome: Truth = True
    for one in found:
        if one is False:
            return False
        outcome = None if one is None else outcome
    return outcome


def _or(found: Iterator[Truth]) -> Truth:
    """True if one is, else unknown if one is."""
    outcome: Truth = False
    for one in found:
        if one is True:
            return True
        outcome = None if one is None else outcome
    return outcome


def _not(test: Test) -> Test:
    def negated(record: Any) -> Truth:
        found = test(record)
        return None if found is None else not found

    return negated


# ------------------------------------------------------------------------------------------------------------ words


class Token(NamedTuple):
    """A word, a sign or a quoted text, and the column where it begins."""

    text: str
    kind: Literal["word", "sign", "quoted", "end"]
    column: int


TOKEN = re.compile(r"""\s*(?:(?P<sign><=|>=|!=|==|[=<>~(),])|(?P<quoted>"[^"]*"|'[^']*')|(?P<word>[^\s<>=!~(),"']+))""")
RESERVED = frozenset({"and", "or", "not"})


def tokens(text: str) -> list[Token]:
    """The words and signs of a query. Raises BadQuery where there is neither."""
    if len(text) > LENGTH_LIMIT:
        raise BadQuery(f"{len(text):,} characters", f"at most {LENGTH_LIMIT:,}")
    found, place, end = [], 0, len(text.rstrip())
    while place < end:
        match = TOKEN.match(text, place)
        if match is None:
            column = place + len(text[place:]) - len(text[place:].lstrip()) + 1
            raise BadQuery(f"column {column}: {text[column - 1]!r}", f"{_OPERATORS}; quotes come in pairs")
        found.append(_token(match))
        place = match.end()
    return [*found, Token("", "end", end + 1)]


def _token(match: re.Match[str]) -> Token:
    if match["quoted"] is not None:
        return Token(match["quoted"][1:-1], "quoted", match.start("quoted") + 1)
    kind: Literal["sign", "word"] = "sign" if match["sign"] is not None else "word"
    return Token(match[kind], kind, match.start(kind) + 1)


class _Parser:
    """Reads one text from left to right, one word ahead."""

    def __init__(self, text: str, fields: Mapping[str, Field]) -> None:
        self.words, self.fields = tokens(text), fields
        self.place, self.depth = 0, 0
        self.asked: set[str] = set()

    def whole(self) -> Test:
        test = self._expression()
        if self._next.kind != "end":
            raise self._fault("and, or, or the end")
        return test

    def _expression(self) -> Test:
        return _any(self._chain("or", self._term))

    def _term(self) -> Test:
        return _all(self._chain("and", self._factor))

    def _chain(self, word: str, part: Callable[[], Part]) -> list[Part]:
        parts = [part()]
        while self._took(word):
            parts.append(part())
        return parts

    def _factor(self) -> Test:
        self.depth += 1
        if self.depth > DEPTH_LIMIT:
            raise BadQuery(f"column {self._next.column}: more than {DEPTH_LIMIT} levels", "fewer brackets")
        test = self._negated() if self._took("not") else self._bracket() if self._took("(") else self._condition()
        self.depth -= 1
        return test

    def _negated(self) -> Test:
        return _not(self._factor())

    def _bracket(self) -> Test:
        test = self._expression()
        if not self._took(")"):
            raise self._fault(")")
        return test

    def _condition(self) -> Test:
        of = self._field()
        operator = self._next
        if self._took("is"):
            return self._known(of)
        if self._took("in"):
            return _membership(of.read, self._values(of))
        if self._took("has"):
            return self._has(of, operator)
        if operator.kind != "sign" or operator.text not in _COMPARE:
            raise self._fault(_OPERATORS)
        self.place += 1
        return self._comparison(of, operator)

    def _field(self) -> Field:
        word = self._next
        if word.kind != "word" or word.text.lower() in RESERVED:
            raise self._fault("a field, not or (")
        name = word.text.lower()
        if name not in self.fields:
            raise BadQuery(f"column {word.column}: no field {word.text!r}", nearest(name, self.fields))
        self.place += 1
        self.asked.add(name)
        return self.fields[name]

    def _known(self, of: Field) -> Test:
        wanted = not self._took("not")
        if self._took("unknown"):
            wanted = not wanted
        elif not self._took("known"):
            raise self._fault("known or unknown")
        return lambda record: (of.read(record) is not None) is wanted

    def _has(self, of: Field, operator: Token) -> Test:
        if of.kind != "list":
            raise BadQuery(f"column {operator.column}: has, where there is one value", "has goes with lists; use =")
        member = self._text().casefold()
        return _test(of.read, lambda found: any(member == one.casefold() for one in found))

    def _comparison(self, of: Field, operator: Token) -> Test:
        if operator.text not in SUITABLE.get(of.kind, ORDERED):
            allowed = ", ".join(SUITABLE.get(of.kind, ORDERED))
            raise BadQuery(f"column {operator.column}: {operator.text} on a {of.kind}", f"{allowed}, in, is")
        if operator.text == "~":
            part = self._text().casefold()
            return _test(of.read, lambda found: part in _words(found))
        if self._next.text.lower() == "unknown" and operator.text in ("=", "==", "!="):
            self.place += 1
            return lambda record: (of.read(record) is None) is (operator.text != "!=")
        value, compare = self._value(of), _COMPARE[operator.text]
        return _test(of.read, lambda found: compare(_comparable(found), value))

    def _values(self, of: Field) -> list[Span]:
        bracket = self._took("(")
        values = self._chain(",", lambda: self._value(of))
        if bracket and not self._took(")"):
            raise self._fault(")")
        return values

    def _value(self, of: Field) -> Span:
        word = self._next
        text = self._text()
        if of.kind in ("count", "tokens", "money", "gb") and self._next.text.upper() in UNITS[of.kind]:
            text += self._text()
        span = READERS[of.kind](text)
        if span is None:
            raise BadQuery(f"column {word.column}: {text!r}", ALLOWED[of.kind])
        return span

    def _text(self) -> str:
        word = self._next
        if word.kind not in ("word", "quoted") or (word.kind == "word" and word.text.lower() in RESERVED):
            raise self._fault("a value; one with spaces or signs in quotes")
        self.place += 1
        return word.text

    @property
    def _next(self) -> Token:
        return self.words[self.place]

    def _took(self, word: str) -> bool:
        """Step over a word of the language, if it is next."""
        here = self._next
        if here.kind in ("quoted", "end") or here.text.lower() != word:
            return False
        self.place += 1
        return True

    def _fault(self, allowed: str) -> BadQuery:
        here = self._next
        said = "ends there" if here.kind == "end" else repr(here.text)
        return BadQuery(f"column {here.column}: {said}", allowed)


# ----------------------------------------------------------------------------------------------------------- values

_COMPARE: Mapping[str, Callable[[Any, Span], bool]] = {
    "=": lambda found, value: bool(value.low <= found <= value.high),
    "==": lambda found, value: bool(value.low <= found <= value.high),
    "!=": lambda found, value: not value.low <= found <= value.high,
    "<": lambda found, value: bool(found < value.low),
    "<=": lambda found, value: bool(found <= value.high),
    ">": lambda found, value: bool(found > value.high),
    ">=": lambda found, value: bool(found >= value.low),
    "~": lambda found, value: value.low in found,
}
ORDERED = ("=", "==", "!=", "<", "<=", ">", ">=")
SUITABLE: Mapping[Kind, tuple[str, ...]] = {"text": ("=", "==", "!=", "~"), "list": ("~",), "flag": ("=", "==", "!=")}
"""The signs that make sense for a kind; ordered ones for the rest."""
_OPERATORS = "an operator: = != < <= > >= ~ (contains), in, has, is"

NUMBER = re.compile(r"\$?(?P<number>\d[\d,_]*\.?\d*|\.\d+)(?P<unit>[a-zA-Z]*)")
UNITS: Mapping[str, Mapping[str, tuple[Decimal, Decimal]]] = {
    "count": {name: (Decimal(size),) * 2 for name, size in {"K": 10**3, "M": 10**6, "B": 10**9, "T": 10**12}.items()},
    "tokens": {"K": (Decimal(1000), Decimal(1024)), "M": (Decimal(10**6), Decimal(2**20))},
    "money": {"K": (Decimal(1000),) * 2, "M": (Decimal(10**6),) * 2},
    "gb": {
        "MB": (Decimal("0.001"),) * 2, "GB": (Decimal(1),) * 2, "TB": (Decimal(1000),) * 2,
        "GIB": (Decimal("1.073741824"),) * 2,
    },
    "number": {},
}  # fmt: skip
"""What a unit multiplies by: a K of tokens may be 1,000 or 1,024."""


def _number(kind: str) -> Callable[[str], Span | None]:
    def read(text: str) -> Span | None:
        match = NUMBER.fullmatch(text)
        if match is None or ("$" in text and kind != "money"):
            return None
        unit = UNITS[kind].get(match["unit"].upper()) if match["unit"] else (Decimal(1), Decimal(1))
        if unit is None:
            return None
        figure = Decimal(re.sub("[,_]", "", match["number"]))
        return Span(figure * unit[0], figure * unit[1])

    return read


def _date(text: str) -> Span | None:
    """A year, a month or a day."""
    match = re.fullmatch(r"(\d{4})(?:-(\d\d?))?(?:-(\d\d?))?", text)
    if match is None:
        return None
    year, month, day = (int(part) if part else None for part in match.groups())
    try:
        first = date(year or 0, month or 1, day or 1)
        last_month = month or 12
        return Span(first, first if day else date(first.year, last_month, monthrange(first.year, last_month)[1]))
    except ValueError:
        return None


def _flag(text: str) -> Span | None:
    value = {"yes": True, "true": True, "y": True, "no": False, "false": False, "n": False}.get(text.lower())
    return None if value is None else Span(value, value)


def _word(text: str) -> Span:
    return Span(text.casefold(), text.casefold())


READERS: Mapping[Kind, Callable[[str], Span | None]] = {
    "text": _word,
    "list": _word,
    "flag": _flag,
    "date": _date,
    "count": _number("count"),
    "tokens": _number("tokens"),
    "money": _number("money"),
    "gb": _number("gb"),
    "number": _number("number"),
}
ALLOWED: Mapping[Kind, str] = {
    "text": "a word",
    "list": "a word",
    "flag": "yes or no",
    "date": "2026, 2026-11 or 2026-11-23",
    "count": "a number, with K, M, B or T: 8B",
    "tokens": "a number, with K or M: 32K",
    "money": "US dollars: 1.25",
    "gb": "gigabytes: 24, 24GB or 24GiB",
    "number": "a number",
}


def _test(read: Callable[[Any], Any], compare: Callable[[Any], bool]) -> Test:
    """A comparison that the unknown neither passes nor fails."""

    def test(record: Any) -> Truth:
        found = read(record)
        return None if found is None else compare(found)

    return test


def _membership(read: Callable[[Any], Any], values: list[Span]) -> Test:
    """Whether it is one of the values; of a list, whether it has one of them."""
    equal = _COMPARE["="]

    def one_of(found: Any) -> bool:
        members = [_comparable(one) for one in (found if isinstance(found, tuple) else (found,))]
        return any(equal(member, value) for member in members for value in values)

    return _test(read, one_of)


def _comparable(found: Any) -> Any:
    """Text without regard to case; a binary fraction as the decimal that it is written as."""
    if isinstance(found, str):
        return found.casefold()
    return Decimal(repr(found)) if isinstance(found, float) else found


def _words(found: Any) -> str:
    return (", ".join(found) if isinstance(found, tuple) else str(found)).casefold()
