"""The inputs of each statistic as ``tunewise stats`` takes them, checked."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, model_validator

from advisor.statistics.paired import PairedTable, check_table

MAX_COUNT = 10**12


class Inputs(BaseModel):
    """Base: no unknown fields, no NaN or Infinity."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class Count(Inputs):
    """k successes among n."""

    k: int = Field(ge=0, le=MAX_COUNT)
    n: int = Field(ge=1, le=MAX_COUNT)

    @model_validator(mode="after")
    def _ordered(self) -> Count:
        if self.k > self.n:
            raise ValueError(f"k must be at most n, not k={self.k}, n={self.n}")
        return self


class Table(Inputs):
    """a both right, b A only, c B only, d both wrong."""

    a: int = Field(ge=0, le=MAX_COUNT)
    b: int = Field(ge=0, le=MAX_COUNT)
    c: int = Field(ge=0, le=MAX_COUNT)
    d: int = Field(ge=0, le=MAX_COUNT)

    @model_validator(mode="after")
    def _not_empty(self) -> Table:
        check_table(self.table)
        return self

    @property
    def table(self) -> PairedTable:
        """The counts."""
        return PairedTable(self.a, self.b, self.c, self.d)


class TableWithMargin(Table):
    """Non-inferiority: a table, the margin, and a one-sided alpha."""

    margin: float = Field(gt=0, lt=1)
    alpha: float = Field(default=0.05, gt=0, lt=0.5)


class NonInferiorityPlan(Inputs):
    """Items for non-inferiority; alpha is one-sided."""

    discordance: float = Field(gt=0, le=1)
    margin: float = Field(gt=0, lt=1)
    alpha: float = Field(default=0.025, gt=0, lt=0.5)
    power: float = Field(default=0.8, gt=0, lt=1)
    difference: float = Field(default=0.0, gt=-1, lt=1)


class Power(Inputs):
    """Variances of the true difference and of each arm's noise, and answers per item."""

    omega2: float = Field(ge=0)
    sigma2_a: float = Field(default=0.0, ge=0)
    sigma2_b: float = Field(default=0.0, ge=0)
    k_a: int = Field(default=1, ge=1)
    k_b: int = Field(default=1, ge=1)
    alpha: float = Field(default=0.05, gt=0, lt=1)
    power: float = Field(default=0.8, gt=0, lt=1)


class SampleSize(Power):
    """Items for a difference."""

    delta: float

    @model_validator(mode="after")
    def _apart(self) -> SampleSize:
        if self.delta == 0:
            raise ValueError("delta must not be 0: no number of items finds no difference")
        return self


class Detectable(Power):
    """Smallest difference of n items."""

    n: int = Field(ge=1, le=MAX_COUNT)


class Resamples(Inputs):
    """Answers per item."""

    k: tuple[Annotated[int, Field(ge=1)], ...] = Field(min_length=1)


Probability = Annotated[float, Field(ge=0, le=1)]


class PValues(Inputs):
    """p-values and the family-wise level."""

    p: tuple[Probability, ...] = Field(min_length=1)
    alpha: float = Field(default=0.05, gt=0, lt=1)


class PValuesAtRate(Inputs):
    """p-values and the false discovery rate."""

    p: tuple[Probability, ...] = Field(min_length=1)
    q: float = Field(default=0.05, gt=0, lt=1)


class Ratings(Inputs):
    """Counts of two raters' labels."""

    table: tuple[tuple[int, ...], ...] = Field(min_length=1)


class Differences(Inputs):
    """Paired differences; resamples and seed are used above 20 of them."""

    diff: tuple[float, ...] = Field(min_length=1)
    resamples: int = Field(default=10_000, ge=1, le=10**7)
    seed: int = Field(default=17, ge=0)
