"""Looking things up in the catalog: one reading of it, and what it means for the profile at hand."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from advisor.decide.records import Approach
from advisor.profile import Profile
from advisor.shortlist.bill import Bill, bill
from advisor.shortlist.need import need
from advisor.workflow.fact_sheet import FactLine, fact_sheet
from advisor.workflow.frontier import Frontier, Measure, frontier
from advisor.workflow.side_by_side import Compared, side_by_side
from catalog.load import Catalog
from catalog.records import Fact, Model


class Browsing:
    """The facts of one moment."""

    def __init__(self, catalog: Catalog, *, today: date) -> None:
        self.catalog, self.today = catalog, today

    def bills(self, profile: Profile, *, approach: Approach = "prompt") -> Mapping[str, Bill]:
        """What a month of each model costs at the profile's volume, by id; unpriced ones say why."""
        asked = need(profile, today=self.today, approach=approach)
        return {model.id: bill(model, self.catalog, asked) for model in self.catalog.models}

    def frontier(
        self,
        profile: Profile,
        bills: Mapping[str, Bill],
        *,
        measure: Measure,
        among: Iterable[str],
        approach: Approach = "prompt",
    ) -> Frontier:
        """Quality against what a month costs, among these models."""
        wanted = frozenset(among)
        asked = need(profile, today=self.today, approach=approach)
        models = (model for model in self.catalog.models if model.id in wanted)
        return frontier(models, bills, asked, measure=measure)

    def facts(self, record: Fact) -> tuple[FactLine, ...]:
        """Everything that is known of a record, each fact with source and day."""
        return fact_sheet(record, self.catalog, today=self.today)

    def compare(self, models: Sequence[Model], bills: Mapping[str, Bill] | None) -> tuple[Compared, ...]:
        """Two to four models side by side. Raises ValueError for fewer or more."""
        return side_by_side(models, bills)
