"""From a matplotlib figure to an SVG element that can stand in a page."""

from __future__ import annotations

import io
import re
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from advisor.report.charts.palette import INK, LINE, MUTED, VARIABLES
from advisor.report.untrusted import clean

if TYPE_CHECKING:
    from matplotlib.figure import Figure

LONGEST_ALT = 2000
_PROLOGUE = re.compile(r"^.*?(?=<svg)", re.DOTALL)
_METADATA = re.compile(r"<metadata>.*?</metadata>", re.DOTALL)
_SIZE = re.compile(r'(<svg[^>]*?) (?:height="[^"]*")([^>]*?) (?:width="[^"]*")', re.DOTALL)
_REFERENCE = re.compile(r'(\bid="|xlink:href="#|url\(#)')
_FONT = re.compile(r"""font: (\d+ )?([\d.]+px) [^;"]+""")
_COLOUR = re.compile("|".join(VARIABLES))


@contextmanager
def style(salt: str) -> Iterator[None]:
    """Settings under which a figure is drawn; ``salt`` makes its element ids the same every time."""
    import matplotlib as mpl  # noqa: PLC0415 - matplotlib takes 0.4 s

    settings: dict[Any, Any] = {
        "svg.hashsalt": salt, "svg.fonttype": "none", "font.family": "DejaVu Sans", "font.size": 9.0,
        "text.color": INK, "axes.edgecolor": LINE, "axes.labelcolor": MUTED, "axes.linewidth": 0.8,
        "xtick.color": LINE, "ytick.color": LINE, "xtick.labelcolor": MUTED, "ytick.labelcolor": INK,
        "axes.spines.top": False, "axes.spines.right": False, "axes.unicode_minus": True, "axes.facecolor": "none",
        "text.parse_math": False,
    }  # fmt: skip
    with mpl.rc_context(settings), warnings.catch_warnings():
        # The page draws the text in a font of its own; that ours has no such glyph only makes its width a guess.
        warnings.filterwarnings("ignore", message="Glyph .* missing from font", category=UserWarning)
        yield


def to_svg(figure: Figure, *, name: str, alt: str) -> str:
    """The figure as an SVG element: no prologue, no metadata, colours of the page, ids of its own."""
    out = io.StringIO()
    figure.savefig(out, format="svg", metadata={"Date": None, "Creator": None, "Format": None, "Type": None})
    text = _METADATA.sub("", _PROLOGUE.sub("", out.getvalue()))
    text = _SIZE.sub(r"\1\2", text, count=1)
    text = _REFERENCE.sub(rf"\g<1>{name}-", text)
    text = _FONT.sub(lambda found: f"font: {found.group(1) or ''}{found.group(2)} var(--sans)", text)
    text = _COLOUR.sub(lambda found: VARIABLES[found.group(0)], text)
    return text.replace(
        "<svg ", f'<svg role="img" aria-label="{_attribute(clean(alt, longest=LONGEST_ALT))}" ', 1
    ).strip()


def _attribute(text: str) -> str:
    for mark, entity in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ('"', "&quot;")):
        text = text.replace(mark, entity)
    return text
