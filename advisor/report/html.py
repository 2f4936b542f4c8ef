"""A report as one HTML file: no script, nothing remote, readable on a phone, on paper and in the dark."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from advisor.report.charts.draw import NARROW, WIDE, draw
from advisor.report.records import Figure, Report
from advisor.report.untrusted import clean

if TYPE_CHECKING:
    from jinja2 import Environment
    from markupsafe import Markup

LONGEST_LINE = 4000


def render_html(report: Report) -> str:
    """The page. Equal reports give equal bytes."""
    facts = {fact.id: fact for fact in report.facts}
    sources = {source.id: source.text for source in report.sources}
    return _environment().get_template("report.html.j2").render(report=report, facts=facts, sources=sources) + "\n"


@cache
def _environment() -> Environment:
    from jinja2 import Environment, PackageLoader, StrictUndefined  # noqa: PLC0415 - jinja2 takes 60 ms

    environment = Environment(
        loader=PackageLoader("advisor.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_finalize,
    )
    environment.filters["chart"] = _chart
    return environment


def _finalize(value: object) -> object:
    """Whatever text reaches the page has lost its control characters."""
    return clean(value, longest=LONGEST_LINE) if type(value) is str else value


def _chart(figure: Figure) -> Markup:
    """Both sizes; the style sheet shows the one that fits. Our own drawing, in which all text is escaped already."""
    from markupsafe import Markup  # noqa: PLC0415 - comes with jinja2

    sizes = "".join(f'<div class="chart {size.name}">{draw(figure, size)}</div>' for size in (WIDE, NARROW))
    return Markup(sizes)  # noqa: S704 - escaped by matplotlib and by draw
