"""What the configuration gives beside what the headers hold, and beside what the model says of itself."""

from __future__ import annotations

from typing import Literal, NamedTuple

from catalog.arithmetic import Sizes
from catalog.importing.counted import Stored
from catalog.importing.stated import Stated
from catalog.records import Model


class Check(NamedTuple):
    """The counts of one model, compared."""

    computed: int | None
    """From the configuration alone."""
    stored: int | None
    """From the headers, without prediction layers; None where they do not tell."""
    outcome: Literal["exact", "approximate"] | None
    """None where there is nothing to compare."""
    deviation_percent: float | None
    """Of the computed count from the stored one."""
    notes: tuple[str, ...]

    @property
    def total(self) -> int | None:
        """The count that holds: what is stored, else what was computed."""
        return self.stored or self.computed


def check(sizes: Sizes, stored: Stored | None, model: Model, *, quantized: str | None) -> Check:
    """Compare the configuration's count with the headers'."""
    layers = model.num_layers or 0
    held, notes = _held(stored, layers, quantized)
    notes += _conflicts(model, stored) if stored else ()
    notes += sizes.reasons if sizes.total_params is None else ()
    computed, beside = sizes.total_params, held
    if computed is None and sizes.text_params is not None and stored and held:
        computed, beside = sizes.text_params, stored.language - stored.beyond(layers)
        notes += (f"compared is the language model alone, of {held - beside:,} fewer parameters",)
    outcome = None if not computed or not beside else "exact" if computed == beside else "approximate"
    deviation = (computed - beside) / beside * 100 if computed and beside else None
    if outcome == "approximate":
        notes += (f"the configuration gives {computed:,}, the headers {beside:,} ({deviation:+.3g}%)",)
    if outcome == "exact" and beside != held:
        outcome = "approximate"
    return Check(computed, held, outcome, deviation, notes)  # type: ignore[arg-type]  # mypy widens the chosen words to str


def _conflicts(model: Model, stored: Stored) -> tuple[str, ...]:
    """Where configuration and headers describe different models."""
    found = []
    if model.tied_embeddings is not None and model.tied_embeddings == stored.output_head:
        has = "have" if stored.output_head else "lack"
        found.append(
            f"tie_word_embeddings is {str(model.tied_embeddings).lower()}, yet the headers {has} a matrix of the output"
        )
    if stored.vocab and model.vocab_size and stored.vocab != model.vocab_size:
        found.append(f"vocab_size is {model.vocab_size:,}, the embedding has {stored.vocab:,} rows")
    return tuple(found)


def said(stated: tuple[Stated, ...], found: Check) -> tuple[str, ...]:
    """In words, whether the count is what the model says of itself."""
    total = found.total
    if total is None:
        return ()
    return tuple(
        f"{one.by} says {one.parameters:,}: {'agrees' if one.agrees(total) else f'does not agree with {total:,}'}"
        for one in stated
    )


def _held(stored: Stored | None, layers: int, quantized: str | None) -> tuple[int | None, tuple[str, ...]]:
    """The count of the headers that the arithmetic can be held against."""
    if stored is None:
        return None, ("no weights were given, so the count rests on the configuration alone",)
    if stored.packed is not None:
        how = f" ({quantized})" if quantized else ""
        return None, (
            f"the weights are packed{how}: {stored.packed} holds several values in one, so they are not counted",
        )
    more = stored.beyond(layers)
    told = (f"{more:,} more parameters are stored in prediction layers",) if more else ()
    return stored.parameters - more or None, told
