"""Twelve months of use as a small bar chart, black and white first, the latest month in the accent.

The marks of a chart are worked out once; a page of HTML draws them as inline SVG, a mass print by its own means.
"""

from dataclasses import dataclass
from decimal import Decimal

from markupsafe import Markup, escape

from rachun.apps.documents.rendering.bill_data import MONTHS_OF_USE, UsageHistory
from rachun.apps.documents.rendering.formatting import UNKNOWN, Formatter

SLOT = Decimal(15)
BAR = Decimal(10)
BASE_LINE = Decimal(38)
BAR_HEIGHT_MAX = Decimal(28)
HEIGHT = 47
PEAK_DISTANCE_MIN = 3  # months; nearer figures would run into each other
WIDTH = SLOT * MONTHS_OF_USE
FIGURE_HALF_WIDTH = Decimal("2.4")  # half of a digit of seven units
SHADE, ACCENT = "#b9c1c4", "#0f6b75"
_STEP = Decimal("0.1")


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """A word whose middle stands at x, on the line y."""

    x: Decimal
    y: Decimal
    text: str
    is_bold: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    x: Decimal
    y: Decimal
    height: Decimal
    fill: str


def chart_marks(history: UsageHistory, formatter: Formatter) -> list[Label | Bar]:
    """Zero is a bar of no height, unknown is a dash; the highest and the latest month carry their figure."""
    known = [month.quantity for month in history.months if month.quantity is not None]
    highest = max(known, default=Decimal(0))
    scale = BAR_HEIGHT_MAX / highest if highest > 0 else Decimal(0)
    offset = MONTHS_OF_USE - len(history.months)
    latest = len(history.months) - 1
    peak = next((place for place, month in enumerate(history.months) if month.quantity == highest), latest)
    marks: list[Label | Bar] = []
    for place, month in enumerate(history.months):
        middle = (offset + place) * SLOT + SLOT / 2
        is_latest = place == latest
        marks.append(Label(x=middle, y=Decimal(HEIGHT - 2), text=f"{month.month:%m}", is_bold=is_latest))
        if month.quantity is None:
            marks.append(Label(x=middle, y=BASE_LINE - 2, text=UNKNOWN, is_bold=False))
            continue
        height = (month.quantity * scale).quantize(_STEP) if month.quantity > 0 else Decimal(0)
        marks.append(Bar(x=middle - BAR / 2, y=BASE_LINE - height, height=height, fill=ACCENT if is_latest else SHADE))
        if is_latest or (place == peak and latest - peak >= PEAK_DISTANCE_MIN) or month.quantity == 0:
            figure = formatter.number(month.quantity)
            room = min(middle, WIDTH - FIGURE_HALF_WIDTH * len(figure))  # the latest bar stands at the edge
            marks.append(Label(x=room, y=BASE_LINE - height - 2, text=figure, is_bold=is_latest))
    return marks


def usage_chart(history: UsageHistory, formatter: Formatter) -> Markup:
    """The chart as an `<svg>` that scales to the box it is put in."""
    parts = [_svg(mark) for mark in chart_marks(history, formatter)]
    parts.append(f'<path d="M0 {BASE_LINE}H{WIDTH}" stroke="#555" stroke-width=".5"/>')
    return Markup(  # noqa: S704 - numbers and escaped labels
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}">{"".join(parts)}</svg>'
    )


def _svg(mark: Label | Bar) -> str:
    if isinstance(mark, Bar):
        return f'<rect x="{mark.x}" y="{mark.y}" width="{BAR}" height="{mark.height}" fill="{mark.fill}"/>'
    weight = ' font-weight="600"' if mark.is_bold else ""
    return (
        f'<text x="{mark.x}" y="{mark.y}" font-size="7" font-family="Inter, DejaVu Sans" '
        f'text-anchor="middle"{weight}>{escape(mark.text)}</text>'
    )
