"""Parse other people's XML: no document type, no entities, no network, bounded depth."""

import io
import re

from lxml import etree

from rachun.formats.reading import FileRefused
from rachun.formats.source import Source, refuse_oversize

MAX_XML_BYTES = 64 * 1024 * 1024
MAX_DEPTH = 64
_DOCTYPE = re.compile(rb"<!\s*(DOCTYPE|ENTITY)", re.IGNORECASE)


def parse_xml(*, source: Source) -> etree._Element:
    """The root element. Raises FileRefused before anything is expanded or fetched."""
    refuse_oversize(source=source)
    data = source.data
    if len(data) > MAX_XML_BYTES:
        raise FileRefused(code="file_too_large", params={"bytes": len(data), "limit": MAX_XML_BYTES})
    if _DOCTYPE.search(data.replace(b"\0", b"")):  # zero bytes go, so that UTF-16 cannot hide it
        raise FileRefused(code="xml_doctype")
    _refuse_depth(data)
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, dtd_validation=False, huge_tree=False,
        remove_comments=True, remove_pis=True,
    )  # fmt: skip
    try:
        return etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise _broken(error) from error


def _refuse_depth(data: bytes) -> None:
    """Walk the events first, so that a nest is refused before a tree of it is made."""
    depth = 0
    try:
        events = etree.iterparse(
            io.BytesIO(data), events=("start", "end"), resolve_entities=False, no_network=True, huge_tree=False
        )
        for event, element in events:
            depth += 1 if event == "start" else -1
            if depth > MAX_DEPTH:
                raise FileRefused(code="xml_too_deep", row=element.sourceline, params={"limit": MAX_DEPTH})
            if event == "end":
                element.clear()
    except (etree.XMLSyntaxError, ValueError) as error:
        raise _broken(error) from error


def _broken(error: Exception) -> FileRefused:
    line = getattr(error, "lineno", None)
    return FileRefused(code="broken_xml", row=line or None, params={"detail": str(error)[:120]})
