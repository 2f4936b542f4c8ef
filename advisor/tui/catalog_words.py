"""What the catalog screens say of a record: where it is from, how old it is, what a month costs."""

from __future__ import annotations

from datetime import date

from textual.content import Content

from advisor.shortlist.bill import Bill
from advisor.tui.widgets.text import one_line
from catalog.records import Confidence, Fact, Model, Origin
from catalog.staleness import stale, stale_parts

CONFIDENCE: dict[Confidence, str] = {
    "verified": "verified",
    "sourced": "sourced",
    "recalled": "~ recalled, nothing to check it by",
    "judgement": "~ a judgement",
}
ORIGINS: dict[Origin, str] = {
    "bundled": "",
    "snapshot": "from an update",
    "overlay": "* your own fact",
    "imported": "* imported by you",
}


def explained(record: Fact, bill: Bill | None, today: date) -> Content:
    """Name, day and source, month, what has aged; a line each."""
    trusted = ", ".join(part for part in (CONFIDENCE[record.confidence], ORIGINS[record.origin]) if part)
    lines = [
        Content.assemble((one_line(name_of(record), 70), "bold"), f"  {one_line(besides(record), 200)}"),
        Content.assemble((f"{record.as_of}  ", "$text-accent"), f"{trusted}; {one_line(record.source, 240)}"),
    ]
    if bill is not None:
        lines.append(Content(one_line(bill.because, 240)))
    lines += [Content.assemble(("! ", "$text-warning"), warning) for warning in warnings(record, today)]
    return Content("\n").join(lines)


def name_of(record: Fact) -> str:
    """What a record is called."""
    return str(getattr(record, "id", "") or getattr(record, "name", ""))


def besides(record: Fact) -> str:
    """What stands beside the name of a model."""
    if not isinstance(record, Model):
        return str(getattr(record, "note", "") or "")
    parts = (record.vendor, record.license, record.license_conditions, _end(record), record.strengths)
    return ", ".join(part for part in parts if part)


def _end(model: Model) -> str | None:
    return f"ends {model.shutdown_date}" if model.shutdown_date else None


def warnings(record: Fact, today: date) -> list[str]:
    """What is too old to be trusted."""
    if isinstance(record, Model):
        return [part.message for part in stale_parts(record, today)]
    old = stale(record, today)
    return [old.message] if old else []


def priced(bill: Bill | None, profile_name: str | None) -> Content:
    """What a month costs for the profile at hand, or how to get to know."""
    if profile_name is None:
        return Content("No profile at hand: answer the questions (w on the home screen) to see what a month costs.")
    if bill is None:
        return Content("")
    return Content.assemble((f"{one_line(profile_name, 40)}: ", "$text-accent"), one_line(bill.because, 300))
