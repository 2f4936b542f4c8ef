"""The language that chooses records: what it means, what it refuses, and that the unknown matches nothing."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.query import BadQuery, Field, Kind, parse, sort_key

KINDS: dict[str, Kind] = {
    "params": "count",
    "context": "tokens",
    "price_in": "money",
    "memory": "gb",
    "score": "number",
    "license": "text",
    "languages": "list",
    "gated": "flag",
    "release": "date",
}


def field(name: str, kind: Kind) -> Field:
    return Field(kind, lambda record: getattr(record, name), "")


FIELDS = {name: field(name, kind) for name, kind in KINDS.items()}
UNKNOWN = dict.fromkeys(KINDS)
MODEL = SimpleNamespace(
    params=8_030_261_248,
    context=131_072,
    price_in=Decimal("0.15"),
    memory=24.0,
    score=79.1,
    license="Apache-2.0",
    languages=("de", "en"),
    gated=False,
    release=date(2025, 6, 3),
)


def holds(text: str, record: Any = MODEL) -> bool:
    return parse([text], FIELDS)(record)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("params<8.1B", True),
        ("params<=8B", False),
        ("params=8030261248", True),
        ("params >= 8030M", True),
        ("context>=128K", True),
        ("context=128k", True),
        ("context>128K", False),
        ("context<131073", True),
        ("price_in<$0.20", True),
        ("price_in=0.150", True),
        ("memory<=24 GB", True),
        ("memory<24GiB", True),
        ("memory>=0.024TB", True),
        ("score=79.1", True),
        ("license~apache", True),
        ("license=apache-2.0", True),
        ("license!=mit", True),
        ("license in (mit, 'Apache-2.0')", True),
        ("license in mit, bsd", False),
        ("languages has DE", True),
        ("languages has d", False),
        ("languages~d", True),
        ("languages in fr, en", True),
        ("gated=no", True),
        ("gated!=no", False),
        ("release=2025-06", True),
        ("release>2025", False),
        ("release>=2025", True),
        ("release<2025-06-04", True),
        ("params is known and not license=mit", True),
        ("license=mit or (score>70 and score<80)", True),
        ("license=mit or score>70 and score>80", False),
        ("NOT license=mit AND params>1B", True),
    ],
)
def test_a_condition_means_what_it_says(text: str, expected: bool) -> None:
    assert holds(text) is expected


@pytest.mark.parametrize(
    ("text", "message", "allowed"),
    [
        ("prams<8B", "column 1: no field 'prams'", "nearest: params"),
        ("zzz=1", "column 1: no field 'zzz'", "one of params, context"),
        ("params<8X", "column 8: '8X'", "K, M, B or T"),
        ("params<-1", "column 8: '-1'", "a number"),
        ("params<nan", "column 8: 'nan'", "a number"),
        ("price_in<1B", "column 10: '1B'", "US dollars"),
        ("params~8", "column 7: ~ on a count", "<="),
        ("license<3", "column 8: < on a text", "~"),
        ("languages=de", "column 10: = on a list", "~"),
        ("params has 8", "column 8: has", "lists"),
        ("release=2025-02-30", "column 9: '2025-02-30'", "2026-11-23"),
        ("gated=maybe", "column 7: 'maybe'", "yes or no"),
        ("(params<8B", "column 11: ends there", ")"),
        ("params<8B)", "column 10: ')'", "and, or"),
        ("params<8B license=mit", "column 11: 'license'", "and, or"),
        ("params<", "column 8: ends there", "a value"),
        ("params", "column 7: ends there", "an operator"),
        ("license=", "column 9: ends there", "a value"),
        ("license='mit", 'column 9: "\'"', "quotes come in pairs"),
        ("and", "column 1: 'and'", "a field"),
        ("params is", "column 10: ends there", "known or unknown"),
        ("(" * 60 + "params<1", "column 51: more than 50 levels", "fewer"),
        ("not " * 60 + "params<1", "more than 50 levels", "fewer"),
        ("license=" + "x" * 4000, "4,008 characters", "at most"),
    ],
)
def test_what_means_nothing_is_refused_with_the_place_and_what_is_allowed(
    text: str, message: str, allowed: str
) -> None:
    with pytest.raises(BadQuery) as refusal:
        parse([text], FIELDS)
    assert message in refusal.value.message
    assert allowed in refusal.value.allowed


def test_several_texts_hold_together_and_none_holds_always() -> None:
    assert parse(["params>1B", "license=mit or gated=no"], FIELDS)(MODEL)
    assert not parse(["params>1B or gated=no", "license=mit"], FIELDS)(MODEL)
    assert parse(["", "  "], FIELDS)(MODEL)
    assert parse(["params>1B", "gated=no"], FIELDS).fields == {"params", "gated"}


CONDITIONS = st.sampled_from(
    ["params<8B", "params>=1", "context=128K", "price_in>0", "memory<=24", "score!=3", "license~a", "license!=mit",
     "license in a, b", "languages has de", "gated=yes", "release<2026", "release!=2020-01"]
)  # fmt: skip


@given(CONDITIONS)
def test_an_unknown_value_meets_no_comparison_and_no_negation_of_one(text: str) -> None:
    nothing = SimpleNamespace(**UNKNOWN)
    assert not holds(text, nothing)
    assert not holds(f"not ({text})", nothing)
    assert not holds(f"not not {text}", nothing)
    assert holds(
        f"{text.split('<', maxsplit=1)[0].split('>', maxsplit=1)[0].split('=', maxsplit=1)[0].split('!', maxsplit=1)[0].split('~', maxsplit=1)[0].split(' ', maxsplit=1)[0]} is unknown",
        nothing,
    )


def test_an_unknown_value_is_found_by_asking_for_it() -> None:
    nothing = SimpleNamespace(**UNKNOWN)
    assert holds("price_in is unknown", nothing)
    assert holds("price_in = unknown", nothing)
    assert holds("price_in is not known", nothing)
    assert not holds("price_in is known", nothing)
    assert not holds("price_in != unknown", nothing)
    assert holds("price_in<1 or price_in is unknown", nothing)


RECORDS = st.builds(
    SimpleNamespace,
    params=st.none() | st.integers(1, 10**12),
    context=st.none() | st.integers(1, 2**21),
    price_in=st.none() | st.decimals(0, 100, places=4),
    memory=st.none() | st.floats(0.1, 1000),
    score=st.none() | st.floats(0, 100),
    license=st.none() | st.sampled_from(["mit", "Apache-2.0", "a b"]),
    languages=st.none() | st.lists(st.sampled_from(["de", "en", "fr"]), min_size=1).map(tuple),
    gated=st.none() | st.booleans(),
    release=st.none() | st.dates(date(2019, 1, 1), date(2027, 12, 31)),
)
EXPRESSIONS = st.recursive(
    CONDITIONS,
    lambda inner: st.one_of(
        inner.map(lambda one: f"not ({one})"),
        st.tuples(inner, inner).map(lambda two: f"({two[0]}) and ({two[1]})"),
        st.tuples(inner, inner).map(lambda two: f"({two[0]}) or ({two[1]})"),
    ),
    max_leaves=6,
)


def truth(text: str, record: Any) -> bool | None:
    return parse([text], FIELDS).test(record)


@given(EXPRESSIONS, EXPRESSIONS, RECORDS)
def test_and_or_and_not_obey_the_laws_of_three_values(one: str, other: str, record: Any) -> None:
    assert truth(f"not (({one}) and ({other}))", record) is truth(f"(not ({one})) or (not ({other}))", record)
    assert truth(f"not not ({one})", record) is truth(one, record)
    assert truth(f"({one}) or ({other})", record) is truth(f"({other}) or ({one})", record)
    assert truth(f"({one}) and ({one})", record) is truth(one, record)


@given(st.integers(0, 2**21), st.sampled_from(["1K", "32K", "128K", "1M", "4096"]))
def test_a_value_is_below_within_or_above_what_a_figure_may_mean(tokens: int, figure: str) -> None:
    record = SimpleNamespace(**{**UNKNOWN, "context": tokens})
    assert sum(holds(f"context{sign}{figure}", record) for sign in "<=>") == 1
    assert holds(f"context<={figure}", record) is not holds(f"context>{figure}", record)
    assert holds(f"context>={figure}", record) is not holds(f"context<{figure}", record)
    assert holds(f"context!={figure}", record) is not holds(f"context={figure}", record)


@given(st.text(max_size=60))
def test_any_text_is_a_query_or_is_refused_in_one_line(text: str) -> None:
    refusal = refused(text)
    assert refusal is None or (len(refusal.message.splitlines()) == 1 and refusal.allowed)


def refused(text: str) -> BadQuery | None:
    try:
        parse([text], FIELDS)
    except BadQuery as refusal:
        return refusal
    return None


@given(st.lists(RECORDS, max_size=12), st.booleans(), st.sampled_from(sorted(KINDS)))
def test_sorting_puts_the_unknown_last_in_either_direction(records: list[Any], descending: bool, name: str) -> None:
    ordered = sorted(records, key=sort_key(FIELDS[name], descending=descending), reverse=descending)
    values = [getattr(record, name) for record in ordered]
    known = [value for value in values if value is not None]
    assert values == known + [None] * (len(values) - len(known))
    folded = [value.casefold() if isinstance(value, str) else value for value in known]
    assert folded == sorted(folded, reverse=descending)
