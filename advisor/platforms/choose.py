"""Which platform for this profile: every one with its cost, its reasons, and what would change the order."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import NamedTuple

from advisor.plan.work import Amounts, amounts
from advisor.platforms import hosted, rules
from advisor.platforms import taken as take
from advisor.platforms.flips import turned
from advisor.platforms.machines import Facts, Machine, Yard, is_outdated
from advisor.platforms.month import Site, Traffic, always_on, scales_to_zero
from advisor.platforms.own import electricity
from advisor.platforms.records import Comparison, PlatformChoice, Way
from advisor.platforms.regions import in_region, of_strangers
from advisor.platforms.sheet import Sheet, sheet
from advisor.profile import Profile
from advisor.shortlist.need import DAYS_PER_MONTH, DEFAULT_HORIZON_MONTHS
from catalog.records import Model, Offer, Platform
from catalog.staleness import stale_days

BYTES_PER_PARAMETER = 2
LAST = Decimal("Infinity")


class Task(NamedTuple):
    """What is to be served, asked of every platform."""

    profile: Profile
    model: Model
    facts: Facts
    today: date
    todo: Amounts
    traffic: Traffic
    yard: Yard

    @property
    def until(self) -> date:
        """The end of the planning horizon."""
        months = self.profile.horizon_months or DEFAULT_HORIZON_MONTHS
        return self.today + timedelta(days=months * DAYS_PER_MONTH)


def choose(profile: Profile, model: Model, facts: Facts, *, today: date) -> Comparison:
    """All platforms of the catalog, those that come into question first, cheapest month first."""
    todo = amounts(profile)
    task = Task(
        profile, model, facts, today, todo, Traffic(profile.volume_per_day, todo.tokens_out), Yard(model, todo, facts)
    )
    found = [_choice(one, sheet(one.id, facts.platform_facts), task) for one in facts.platforms]
    ordered = sorted(found, key=_order)
    ranked = tuple(
        one.model_copy(update={"rank": place if one.feasible else None}) for place, one in enumerate(ordered, start=1)
    )
    return Comparison(
        profile_name=profile.name or "unnamed", model=model.id, today=today,
        choices=tuple(one.model_copy(update=turned(one, ranked, task.traffic)) for one in ranked),
        assumptions=(*todo.assumed, *take.SAID),
    )  # fmt: skip


def _order(choice: PlatformChoice) -> tuple[object, ...]:
    """In question before excluded, priced before unpriced, cheap before dear, then what is set up sooner."""
    month = choice.way.usd_per_month if choice.way else None
    setup = choice.setup_minutes.expected if choice.setup_minutes else float("inf")
    return (not choice.feasible, month is None, month.expected if month else LAST, setup, choice.platform)


def _choice(platform: Platform, facts: Sheet, task: Task) -> PlatformChoice:
    ways, closed = _ways(platform, facts, task)
    ordered = sorted(ways, key=lambda way: _month(way, task.today))
    best = next(iter(ordered), None)
    out = [*rules.exclusions(task.profile, facts), *closed]
    setup = facts.find("setup_minutes")
    return PlatformChoice(
        platform=platform.id, name=platform.name, feasible=not out, excluded_because="; ".join(out),
        setup_minutes=facts.span("setup_minutes"), setup_recalled=bool(setup and setup.recalled),
        skill=facts.word("skill"), way=best, ways=tuple(ordered),
        scalability=facts.word("scalability"), lora_serving=platform.lora_serving,
        scale_to_zero=platform.scale_to_zero, bundle_needs=platform.bundle_needs,
        because=tuple(_because(best, facts)),
        warnings=(*rules.warnings(task.profile, facts), *_of_model(task.model), *_of_way(best, task)),
        unknown=tuple(rules.unknown(task.profile, facts)), source=platform.source, as_of=platform.as_of,
    )  # fmt: skip


def _month(way: Way, today: date) -> tuple[object, ...]:
    """Priced before unpriced, prices of the last half year before older ones, then the cheaper."""
    old = any(is_outdated(part.as_of, today) for part in way.parts if part.stale_days is not None)
    return (way.usd_per_month is None, old, way.usd_per_month.expected if way.usd_per_month else LAST, way.mode)


def _ways(platform: Platform, facts: Sheet, task: Task) -> tuple[list[Way], list[str]]:
    """The ways of using it, and why there is none."""
    if "managed" in platform.kinds:
        return _hosted(facts, task)
    if task.model.kind != "open":
        return [], [f"the weights of {task.model.id} are not to be had"]
    if ended := _ended(task):
        return [], [ended]
    found = [way for mode in facts.modes if (way := _rented(facts, mode, task))]
    if not found and "own hardware" in platform.kinds:
        return [electricity(task.yard, facts, task.facts.gpus)], []
    return found, [] if found else ["no machine that the catalog has a price of holds the model"]


def _ended(task: Task) -> str:
    end = task.model.shutdown_date
    return f"{task.model.id} shuts down on {end}, within the planning horizon" if end and end <= task.until else ""


def _hosted(facts: Sheet, task: Task) -> tuple[list[Way], list[str]]:
    if ended := _ended(task):
        return [], [ended]
    found = hosted.tariffs(task.model, task.facts.finetune_prices, task.facts.lifecycle, until=task.until)
    ways = list(
        hosted.ways(
            found.open, model=task.model, todo=task.todo, traffic=task.traffic, yard=task.yard, sheet=facts,
            today=task.today,
        )
    )  # fmt: skip
    if ways:
        return ways, []
    return [], ["; ".join(found.closed_because) or f"no host of the catalog trains {task.model.id}"]


def _rented(facts: Sheet, mode: str, task: Task) -> Way | None:
    """The cheapest machine of a mode."""
    offers = [one for one in task.facts.current_offers if facts.sells(one, mode) and not _refused(one, facts, task)]
    near = in_region(offers, task.profile.data_residency)
    pinned = bool(task.profile.data_residency)
    weights = BYTES_PER_PARAMETER * (task.model.total_params or 0) / 1e9
    idles = facts.word("scales_to_zero", mode) == "yes"
    month = scales_to_zero if idles else always_on
    sites = (Site(one, facts, mode, weights, task.today, pinned) for one in task.yard.machines(near or offers))
    made = [(site.machine, month(site, task.traffic)) for site in sites]
    best = min(made, key=lambda pair: (*_doubtful(pair[0], task.today), *_weighted(pair, task.today)), default=None)
    return best[1] if best else None


def _doubtful(machine: Machine, today: date) -> tuple[bool, bool]:
    """What counts only where there is no other: recalled figures, prices of more than half a year."""
    return (machine.offer.recalled or machine.gpu.recalled, is_outdated(machine.offer.as_of, today))


def _weighted(pair: tuple[Machine, Way], today: date) -> tuple[Decimal, str]:
    """A stale price counts double, as in a plan; where the month is unknown the price of the hour decides."""
    machine, way = pair
    weight = 2 if stale_days("offer", machine.offer.as_of, today) else 1
    hourly = machine.offer.usd_per_gpu_hour * machine.gpus
    return ((way.usd_per_month.expected if way.usd_per_month else hourly) * weight, machine.offer.id)


def _refused(offer: Offer, facts: Sheet, task: Task) -> bool:
    """A private person's machine, where the data is regulated or may not leave; and one's own account that is none."""
    profile, inside = task.profile, task.profile.privacy == "no_egress"
    if inside and facts.word("own_account") == "yes" and offer.provider in _others_accounts(task.facts):
        return True
    return of_strangers(offer) and bool(inside or profile.compliance or profile.data_residency)


def _others_accounts(facts: Facts) -> frozenset[str]:
    """Providers that run what one gives them in an account of theirs, also for who rents from them through a tool."""
    return frozenset(one.platform for one in facts.platform_facts if one.fact == "own_account" and one.text == "no")


def _because(way: Way | None, facts: Sheet) -> Iterator[str]:
    if way is None:
        return
    yield f"{way.what}: {way.because}"
    if facts.word("own_account") == "yes":
        yield "it runs in your own account or on your own machine"


def _of_model(model: Model) -> Iterator[str]:
    """An announced end beyond the horizon, or without a day."""
    if model.lifecycle == "deprecated":
        when = f", it shuts down on {model.shutdown_date}" if model.shutdown_date else ""
        heir = f"; its vendor names {model.replacement}" if model.replacement else ""
        yield f"{model.id} is deprecated{when}{heir}"


def _of_way(way: Way | None, task: Task) -> Iterator[str]:
    if way is None:
        return
    if way.recalled:
        names = dict.fromkeys(part.name.lower() for part in way.parts if part.recalled)
        yield f"~ recalled or judgement, ask before relying on it: {', '.join(names)}"
    ages = [part.stale_days for part in way.parts if part.stale_days is not None]
    if ages:
        yield f"its price is {max(ages)} days old: ask for today's"
    waiting = way.waiting_share
    if waiting and task.profile.latency_p95_ms and waiting.expected > rules.WAIT_SHARE:
        yield f"{waiting.expected:.0%} of requests wait for a cold start, which breaks a limit for 95 %"
    if way.unpriced:
        yield f"unpriced and in no sum: {', '.join(way.unpriced).lower()}"
