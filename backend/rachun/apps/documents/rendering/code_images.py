"""Payment codes as inline SVG, in whole modules so that no edge is blurred."""

import segno
from barcode import get_barcode_class
from markupsafe import Markup

from rachun.apps.documents.rendering.payment_codes import CodeKind, PaymentCode, PaymentCodeRefused, Symbology

QR_QUIET_MODULES = 4
BAR_QUIET_MODULES = 10
BAR_HEIGHT_MODULES = 40


def code_svg(code: PaymentCode) -> Markup:
    """An `<svg>` that scales to the box it is put in; raises PaymentCodeRefused if the content is too long."""
    return _qr_svg(code) if code.symbology is Symbology.QR else _code_128_svg(code)


def _svg(*, width: int, height: int, path: str, stretch: bool = False, extra: str = "") -> Markup:
    fit = ' preserveAspectRatio="none"' if stretch else ""
    return Markup(  # noqa: S704 - made of numbers only
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}"{fit} '
        f'shape-rendering="crispEdges"><path fill="#000" d="{path}"/>{extra}</svg>'
    )


def _runs(bits: str) -> list[tuple[int, int]]:
    """(start, length) of every run of ones."""
    runs: list[tuple[int, int]] = []
    for position, bit in enumerate(bits):
        if bit != "1":
            continue
        if runs and sum(runs[-1]) == position:
            runs[-1] = (runs[-1][0], runs[-1][1] + 1)
        else:
            runs.append((position, 1))
    return runs


def _qr_svg(code: PaymentCode) -> Markup:
    qr = segno.make_qr(code.content, error="m", boost_error=False, encoding="utf-8")
    if int(qr.version) > code.qr_version_max:
        raise PaymentCodeRefused(field="qr", reason=f"version {qr.version}, {code.qr_version_max} is allowed")
    path: list[str] = []
    for row_number, row in enumerate(qr.matrix):
        for start, length in _runs("".join("1" if module else "0" for module in row)):
            x, y = start + QR_QUIET_MODULES, row_number + QR_QUIET_MODULES
            path.append(f"M{x} {y}h{length}v1h-{length}z")
    size = len(qr.matrix) + 2 * QR_QUIET_MODULES
    extra = _hryvnia_mark(size) if code.kind is CodeKind.NBU_003 else ""
    return _svg(width=size, height=size, path="".join(path), extra=extra)


def _hryvnia_mark(size: int) -> str:
    """The regulator wants the hryvnia sign in a white circle; its area stays far below what level M restores."""
    centre, radius = f"{size / 2:g}", f"{size // 14}"
    return (
        f'<circle cx="{centre}" cy="{centre}" r="{radius}" fill="#fff"/>'
        f'<text x="{centre}" y="{centre}" dy="{size // 30}" font-size="{size // 9}" font-family="Inter, DejaVu Sans" '
        f'font-weight="700" text-anchor="middle">₴</text>'
    )


def _code_128_svg(code: PaymentCode) -> Markup:
    [bits] = get_barcode_class("code128")(code.content).build()
    path = "".join(
        f"M{start + BAR_QUIET_MODULES} 0h{length}v{BAR_HEIGHT_MODULES}h-{length}z" for start, length in _runs(bits)
    )
    width = len(bits) + 2 * BAR_QUIET_MODULES
    return _svg(width=width, height=BAR_HEIGHT_MODULES, path=path, stretch=True)
