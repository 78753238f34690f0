"""The built applications of a browser, served beside the interface: hashed files for ever, the first page each time."""

import mimetypes
import secrets
from collections.abc import Callable
from pathlib import Path

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed

# Styles come from our own files. A kit that writes some into its page is given a nonce, when the page asks for one.
SOURCES = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self' 'unsafe-inline'",
    "font-src": "'self'",
    "img-src": "'self' data: blob:",
    "connect-src": "'self'",
    "frame-src": "blob:",
    "object-src": "blob:",
    "base-uri": "'none'",
    "form-action": "'self'",
    "frame-ancestors": "'none'",
}
POLICY = "; ".join(f"{name} {allowed}" for name, allowed in SOURCES.items())
NONCE_MARK = b"__STYLE_NONCE__"
FIRST_PAGE = "index.html"
HASHED = ("assets/", "_expo/static/")  # the folders of Vite and of Metro
FOR_EVER = "public, max-age=31536000, immutable"
View = Callable[..., HttpResponse]


def built_app(folder: Path) -> View:
    """The view of one application. An address without a file is one of its pages, if a browser asks for a page."""

    def view(request: HttpRequest, path: str | None) -> HttpResponse:
        path = path or ""
        if request.method not in {"GET", "HEAD"}:
            return HttpResponseNotAllowed(["GET", "HEAD"])
        file = file_of(folder=folder, path=path)
        if file is None and "text/html" in request.headers.get("Accept", ""):
            path, file = FIRST_PAGE, file_of(folder=folder, path=FIRST_PAGE)
        if file is None:
            raise Http404
        return answer_of(file=file, path=path, is_gzip="gzip" in request.headers.get("Accept-Encoding", ""))

    return view


def file_of(*, folder: Path, path: str) -> Path | None:
    """A file inside the folder; None for anything else, above all for a way out of it."""
    root = folder.resolve()
    wanted = (root / path).resolve()
    if not wanted.is_relative_to(root) or any(part.startswith(".") for part in wanted.relative_to(root).parts):
        return None
    return wanted if wanted.is_file() else None


def answer_of(*, file: Path, path: str, is_gzip: bool) -> HttpResponse:
    packed = file.with_name(f"{file.name}.gz")
    is_packed = is_gzip and packed.is_file()
    media_type = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
    content, policy = (packed if is_packed else file).read_bytes(), POLICY
    if path == FIRST_PAGE and NONCE_MARK in (page := file.read_bytes()):
        nonce = secrets.token_urlsafe(16)
        content, is_packed = page.replace(NONCE_MARK, nonce.encode()), False
        policy = POLICY.replace("'unsafe-inline'", f"'nonce-{nonce}'")
    response = HttpResponse(content, content_type=media_type)
    response["Cache-Control"] = FOR_EVER if path.startswith(HASHED) else "no-cache"
    response["Vary"] = "Accept-Encoding"
    response["Content-Security-Policy"] = policy
    if is_packed:
        response["Content-Encoding"] = "gzip"
    return response
