"""Two sources for the price of an API: where they agree, and the disagreements that are known with their reasons."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any, Literal, NamedTuple

from pydantic import BaseModel, ConfigDict, Field

from catalog.records import ApiPrice, Fact
from catalog.tables import read_records

SECOND = Path(__file__).parent / "data" / "price_second_source.csv"
EXCEPTIONS = Path(__file__).parent / "data" / "price_exceptions.csv"
PriceField = Literal["input_usd_per_mtok", "output_usd_per_mtok", "cached_input_usd_per_mtok"]
COMPARED: tuple[PriceField, ...] = ("input_usd_per_mtok", "output_usd_per_mtok", "cached_input_usd_per_mtok")


class SecondPrice(Fact):
    """What another list says; compared with, never computed from."""

    id: str
    entry: str
    """As the list names the model."""
    mode: str | None = None
    """What the model is for: ``chat``, ``responses``, ``realtime``, ``image_generation`` ..."""
    input_usd_per_mtok: Decimal | None = Field(default=None, gt=0)
    output_usd_per_mtok: Decimal | None = Field(default=None, gt=0)
    cached_input_usd_per_mtok: Decimal | None = Field(default=None, gt=0)


class PriceException(BaseModel):
    """A disagreement that was looked into."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    field: PriceField
    library_usd: Decimal
    second_usd: Decimal
    reason: str = Field(min_length=3)


class Difference(NamedTuple):
    """A price on which the two sources differ; None is a price that a source does not have."""

    id: str
    field: PriceField
    library_usd: Decimal
    second_usd: Decimal


class Agreement(NamedTuple):
    """How the sources compare over all models that both price."""

    compared: int
    agree: int
    listed: tuple[PriceException, ...]
    """Exceptions that still hold, figure by figure."""
    unlisted: tuple[Difference, ...]
    outdated: tuple[PriceException, ...]
    """Exceptions that hold no longer."""

    def __str__(self) -> str:
        models = len({one.id for one in self.listed})
        return f"{self.agree} of {self.compared} API prices agree in two sources; exceptions are listed for {models}"

    def told(self) -> dict[str, Any]:
        """For JSON: the counts, and each exception that holds."""
        listed = [one.model_dump(mode="json") for one in self.listed]
        return {"compared": self.compared, "agree": self.agree, "exceptions": listed}


@cache
def second_prices(path: Path = SECOND) -> tuple[SecondPrice, ...]:
    """The second source. Raises CatalogError with file, line and column of what is wrong."""
    return read_records(path, SecondPrice)


@cache
def exceptions(path: Path = EXCEPTIONS) -> tuple[PriceException, ...]:
    """The known disagreements. Raises CatalogError with file, line and column of what is wrong."""
    return read_records(path, PriceException)


def confirmed(price: ApiPrice, second: SecondPrice | None) -> ApiPrice:
    """Verified where the second source has the same input and output price."""
    both = ("input_usd_per_mtok", "output_usd_per_mtok")
    same = second is not None and all(getattr(price, name) == getattr(second, name) for name in both)
    return price.model_copy(update={"confidence": "verified"}) if same else price


def differences(price: ApiPrice, second: SecondPrice) -> Iterator[Difference]:
    """Where both have a price and the two are not the same."""
    for name in COMPARED:
        ours, theirs = getattr(price, name), getattr(second, name)
        if ours is not None and theirs is not None and ours != theirs:
            yield Difference(price.id, name, ours, theirs)


def agreement(
    prices: Mapping[str, ApiPrice], second: Iterable[SecondPrice], known: Iterable[PriceException]
) -> Agreement:
    """Compare every model that both sources price, and lay the known exceptions beside the differences."""
    pairs = [(prices[one.id], one) for one in second if one.id in prices]
    found = [difference for price, one in pairs for difference in differences(price, one)]
    wrong = {difference.id for difference in found}
    table = {(one.id, one.field, one.library_usd, one.second_usd): one for one in known}
    listed = tuple(table[difference] for difference in found if difference in table)
    return Agreement(
        compared=len(pairs),
        agree=len(pairs) - len(wrong),
        listed=listed,
        unlisted=tuple(difference for difference in found if difference not in table),
        outdated=tuple(one for one in table.values() if one not in listed),
    )


def bundled_agreement() -> Agreement:
    """The library's prices beside the second source that the package carries, on the day of that source."""
    from catalog.api_prices import quote  # noqa: PLC0415 - it asks this module which prices are confirmed

    second = second_prices()
    prices: dict[str, ApiPrice] = {}
    for day in {one.as_of for one in second}:
        prices |= quote([one.id for one in second if one.as_of == day], day)
    return agreement(prices, second, exceptions())
