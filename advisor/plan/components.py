"""The lines of a plan before prices: what, how much, in which unit, and how that came about."""

from __future__ import annotations

import math
from datetime import date
from decimal import Decimal

from advisor.cost import DAYS_PER_MONTH, HOURS_PER_MONTH, rounded
from advisor.plan import assumptions as take
from advisor.plan.api import Api
from advisor.plan.records import ComponentDraft, Span
from advisor.plan.spans import exactly, plus, scaled, times
from advisor.plan.work import Amounts, Hours
from advisor.profile import Profile
from catalog.records import Confidence, Model, Offer

PROFILE = "your profile"
DAYS = float(DAYS_PER_MONTH)
THOUSAND = "1,000 requests"


def offer_components(
    offer: Offer, hours: Hours, *, todo: Amounts, profile: Profile, requests_per_day: float | None,
    confidence: Confidence | None,
) -> tuple[ComponentDraft, ...]:  # fmt: skip
    """What is paid by the hour on an offer."""
    gpus = float(offer.gpu_count)

    def line(ident: str, name: str, amount: Span, because: str, **more: object) -> ComponentDraft:
        fields: dict[str, object] = {"stage": "training", "recurring": "once", **more}
        return ComponentDraft.model_validate({
            "id": ident, "offer_id": offer.id, "name": name, "quantity": scaled(amount, gpus), "unit": "GPU hour",
            "unit_price_usd": offer.usd_per_gpu_hour, "source": offer.source, "as_of": offer.as_of, "because": because,
            "confidence": confidence, **fields,
        })  # fmt: skip

    tokens = todo.training_tokens.expected
    lines = [
        line("training.start", "Machine start and download", hours.start, take.START_UP_HOURS.source),
        line("training.run", "Training run", hours.training, f"{tokens:,.0f} tokens over the foreseen speed"),
        line("training.checkpoints", "Checkpoints", hours.checkpoints, "1 to 8 % of the run"),
        line("training.reruns", "Runs again: settings, failures", hours.reruns, "0 to 3 more runs, expected 1"),
        line("evaluation.gpu", "Evaluation on the GPU", hours.evaluation, "every item in two arms", stage="evaluation"),
        line(
            "hosting.always_on", "Hosting, always on", _hosting_hours(profile, requests_per_day),
            _hosting_because(profile, requests_per_day), stage="hosting", recurring="monthly",
        ),
    ]  # fmt: skip
    if profile.requirement_change_days is not None:
        again = scaled(
            plus(hours.start, hours.training, hours.checkpoints, hours.evaluation),
            DAYS / profile.requirement_change_days,
        )
        because = f"requirements hold {profile.requirement_change_days:g} days: a run each time"
        lines.append(
            line("maintenance.retraining", "Retraining", again, because, stage="maintenance", recurring="monthly")
        )
    return tuple(lines)


def machines_needed(profile: Profile, requests_per_day: float | None) -> int:
    """Whole machines for the volume at half load; one where volume or capacity is unknown."""
    if profile.volume_per_day is None or not requests_per_day:
        return 1
    return max(1, math.ceil(profile.volume_per_day / requests_per_day))


def _hosting_hours(profile: Profile, requests_per_day: float | None) -> Span:
    return exactly(float(HOURS_PER_MONTH) * machines_needed(profile, requests_per_day))


def _hosting_because(profile: Profile, requests_per_day: float | None) -> str:
    if profile.volume_per_day is None:
        return "730 hours a month on one machine; volume unknown"
    if requests_per_day is None:
        return "730 hours a month on one machine; its capacity cannot be told"
    machines = machines_needed(profile, requests_per_day)
    return f"730 hours a month x {machines}: one answers about {requests_per_day:,.0f} requests a day"


def general_components(
    profile: Profile, todo: Amounts, api: Api, *, serverless: tuple[ComponentDraft, ...], today: date
) -> tuple[ComponentDraft, ...]:
    """What does not depend on the offer."""
    return (
        *_labelling(profile, today),
        *_api_evaluation(api, todo),
        *_people(profile, today),
        *_api_month(profile, api),
        *serverless,
    )


def _labelling(profile: Profile, today: date) -> tuple[ComponentDraft, ...]:
    """Examples missing to the guide's recommended number."""
    have = profile.n_examples
    if have is not None and have >= take.RECOMMENDED_EXAMPLES:
        return ()
    missing = Span(low=0, expected=250, high=500) if have is None else exactly(float(take.RECOMMENDED_EXAMPLES - have))
    because = (
        "number of examples unknown: 0 to 500 to label"
        if have is None
        else f"{have} of the {take.RECOMMENDED_EXAMPLES} recommended are there"
    )
    price = profile.label_usd_per_example
    return (
        ComponentDraft(
            id="data.labelling", stage="data", name="Labelling examples", recurring="once", quantity=missing,
            unit="example", unit_price_usd=price, source=PROFILE if price is not None else take.GUIDE,
            as_of=_profile_date(profile, "label_usd_per_example", today), because=because,
        ),
    )  # fmt: skip


def _api_evaluation(api: Api, todo: Amounts) -> tuple[ComponentDraft, ...]:
    """The API's answers to the evaluation items, as the alternative to beat."""
    if api.model is None:
        return ()
    return (
        ComponentDraft(
            id="evaluation.api", stage="evaluation", name=f"Evaluation of {api.model.name}", recurring="once",
            quantity=scaled(todo.eval_items, 1e-3), unit=THOUSAND, unit_price_usd=_per_thousand(api), source=_source(api.model),
            as_of=api.model.price_as_of or api.model.as_of, because=api.because, confidence=api.confidence,
        ),
    )  # fmt: skip


def _per_thousand(api: Api) -> Decimal | None:
    """Price of a thousand requests to eight places; None where a request's is unknown."""
    return None if api.usd_per_request is None else rounded(api.usd_per_request * 1000, Decimal("1e-8"))


def _source(model: Model) -> str:
    """Of the price of an API."""
    return model.price_source or model.source


def _people(profile: Profile, today: date) -> tuple[ComponentDraft, ...]:
    rate = profile.engineer_usd_per_hour
    skill = profile.team_skill
    known = {
        "unit": "hour", "unit_price_usd": rate, "source": PROFILE if rate is not None else take.JUDGEMENT,
        "as_of": _profile_date(profile, "engineer_usd_per_hour", today),
    }  # fmt: skip
    once = {
        "id": "people.project", "stage": "people", "name": "People, to the first release", "recurring": "once",
        "quantity": take.PEOPLE_HOURS[skill].span, "because": f"hours for a team with skill: {skill or 'unknown'} ({take.JUDGEMENT})",
    }  # fmt: skip
    monthly = {
        "id": "people.upkeep", "stage": "maintenance", "name": "People, upkeep", "recurring": "monthly",
        "quantity": take.UPKEEP_HOURS.span, "because": f"watching quality, new data ({take.JUDGEMENT})",
    }  # fmt: skip
    return tuple(ComponentDraft.model_validate({**known, **part}) for part in (once, monthly))


def _api_month(profile: Profile, api: Api) -> tuple[ComponentDraft, ...]:
    """A month of the API at the profile's volume: an alternative to hosting, in no total."""
    if api.model is None or profile.volume_per_day is None:
        return ()
    return (
        ComponentDraft(
            id="inference.api", stage="inference", name=f"Instead: {api.model.name} by API", recurring="monthly",
            counted=False, quantity=exactly(profile.volume_per_day * DAYS / 1000), unit=THOUSAND,
            unit_price_usd=_per_thousand(api), source=_source(api.model),
            as_of=api.model.price_as_of or api.model.as_of, because=f"{profile.volume_per_day:,.0f} requests a day x 365/12; {api.because}",
            confidence=api.confidence,
        ),
    )  # fmt: skip


def serverless_component(
    offer: Offer, *, profile: Profile, requests_per_day: float | None, confidence: Confidence | None
) -> tuple[ComponentDraft, ...]:
    """The same model on an offer that scales to zero: only busy seconds are paid. An alternative, in no total."""
    if profile.volume_per_day is None or not requests_per_day:
        return ()
    busy = profile.volume_per_day / requests_per_day * 24 * DAYS * take.LOAD_SHARE
    idle = times(exactly(busy), Span(low=1.05, expected=1.5, high=4.0))
    return (
        ComponentDraft(
            id="hosting.serverless", stage="hosting", name=f"Instead: serverless, {offer.provider}", recurring="monthly",
            counted=False, quantity=scaled(idle, float(offer.gpu_count)), unit="GPU hour",
            unit_price_usd=Decimal(offer.usd_per_gpu_hour), source=offer.source, as_of=offer.as_of,
            because=f"busy time at {profile.volume_per_day:,.0f} requests a day x 1.05 to 4 for cold starts and idling",
            confidence=confidence,
        ),
    )  # fmt: skip


def _profile_date(profile: Profile, name: str, today: date) -> date:
    return profile.origin(name).as_of or today
