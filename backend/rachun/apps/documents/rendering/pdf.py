"""HTML → PDF with every door shut: no network, no files, and the same bytes for the same page."""

import hashlib
from typing import Any

from weasyprint import HTML
from weasyprint.urls import FatalURLFetchingError, URLFetcher, URLFetcherResponse

from rachun.apps.documents.rendering.bill_data import Logo

LOGO_URL = "rachun:logo"
_LOGO_TYPES = frozenset({"image/png", "image/jpeg", "image/svg+xml"})


class ResourceRefused(ValueError):
    """A document asked for a file or an address; it gets only what it was given."""


class ClosedFetcher(URLFetcher):  # type: ignore[misc]  # the library is untyped
    """Knows one address, the seller's logo. Anything else stops the rendering instead of leaving a hole."""

    def __init__(self, *, logo: Logo | None) -> None:
        super().__init__(allowed_protocols=(), allow_redirects=False, fail_on_errors=True)
        self._logo = logo
        self.refused: list[str] = []

    def fetch(self, url: str, headers: dict[str, str] | None = None) -> Any:  # noqa: ARG002 - the library's signature
        if url != LOGO_URL or self._logo is None:
            self.refused.append(url)
            raise ResourceRefused(f"{url!r} is not part of the document")
        if self._logo.media_type not in _LOGO_TYPES:
            raise ResourceRefused(f"a logo of type {self._logo.media_type!r}")
        return URLFetcherResponse(url, self._logo.content, {"Content-Type": self._logo.media_type})


def print_pdf(*, html: str, logo: Logo | None) -> bytes:
    """Raises ResourceRefused when the page asks for anything but the logo."""
    identifier = hashlib.sha256(html.encode()).digest()[:16]
    fetcher = ClosedFetcher(logo=logo)
    try:
        document = HTML(string=html, url_fetcher=fetcher, base_url=None)
        content: bytes = document.write_pdf(pdf_identifier=identifier, pdf_variant="pdf/ua-1")
    except FatalURLFetchingError as error:
        raise ResourceRefused(str(error.__cause__ or error)) from error
    if fetcher.refused:  # an SVG that fails inside a page is logged by the library and left out
        raise ResourceRefused(f"{fetcher.refused[0]!r} is not part of the document")
    return content
