"""Twelve months of use as a small bar chart: inline SVG, black and white first, the latest month in the accent."""

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


def usage_chart(history: UsageHistory, formatter: Formatter) -> Markup:
    """Zero is a bar of no height, unknown is a dash; the highest and the latest month carry their figure."""
    known = [month.quantity for month in history.months if month.quantity is not None]
    highest = max(known, default=Decimal(0))
    scale = BAR_HEIGHT_MAX / highest if highest > 0 else Decimal(0)
    offset = MONTHS_OF_USE - len(history.months)
    latest = len(history.months) - 1
    peak = next((place for place, month in enumerate(history.months) if month.quantity == highest), latest)
    parts: list[str] = []
    for place, month in enumerate(history.months):
        middle = (offset + place) * SLOT + SLOT / 2
        parts.append(_label(middle, HEIGHT - 2, f"{month.month:%m}", bold=place == latest))
        if month.quantity is None:
            parts.append(_label(middle, BASE_LINE - 2, UNKNOWN, bold=False))
            continue
        height = (month.quantity * scale).quantize(_STEP) if month.quantity > 0 else Decimal(0)
        parts.append(
            f'<rect x="{middle - BAR / 2}" y="{BASE_LINE - height}" width="{BAR}" height="{height}" '
            f'fill="{ACCENT if place == latest else SHADE}"/>'
        )
        if place == latest or (place == peak and latest - peak >= PEAK_DISTANCE_MIN) or month.quantity == 0:
            figure = formatter.number(month.quantity)
            room = min(middle, WIDTH - FIGURE_HALF_WIDTH * len(figure))  # the latest bar stands at the edge
            parts.append(_label(room, BASE_LINE - height - 2, figure, bold=place == latest))
    parts.append(f'<path d="M0 {BASE_LINE}H{WIDTH}" stroke="#555" stroke-width=".5"/>')
    return Markup(  # noqa: S704 - numbers and escaped labels
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}">{"".join(parts)}</svg>'
    )


def _label(x: Decimal, y: Decimal | int, text: str, *, bold: bool) -> str:
    weight = ' font-weight="600"' if bold else ""
    return (
        f'<text x="{x}" y="{y}" font-size="7" font-family="Inter, DejaVu Sans" '
        f'text-anchor="middle"{weight}>{escape(text)}</text>'
    )
