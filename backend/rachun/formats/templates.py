"""Empty forms to fill in: the header, one example row, and (in the workbook) what each column wants."""

from rachun.formats.columns import TableSpec
from rachun.formats.csv_out import write_csv, write_xlsx
from rachun.formats.customers import CUSTOMERS
from rachun.formats.delivered_services import DELIVERED_SERVICES
from rachun.formats.rate_decks import RATE_DECK
from rachun.formats.reading import FileRefused
from rachun.formats.readings import READINGS

TEMPLATES: dict[str, TableSpec] = {spec.format: spec for spec in (READINGS, CUSTOMERS, DELIVERED_SERVICES, RATE_DECK)}


def template_csv(*, format: str) -> bytes:  # noqa: A002 - the word of the trade and of the command
    """Header and one example row; reading it back gives that one row."""
    spec = _spec(format)
    return write_csv(header=_header(spec), rows=[_example(spec)])


def template_xlsx(*, format: str) -> bytes:  # noqa: A002
    spec = _spec(format)
    explained = [("column", "required", "meaning")]
    explained += [(column.name, "yes" if column.required else "", column.explained) for column in spec.columns]
    return write_xlsx(sheets={spec.format: [_header(spec), _example(spec)], "columns": explained})


def column_explanations(*, format: str) -> dict[str, str]:  # noqa: A002
    """English explanation of each column, in order; the backend translates by column name."""
    return {column.name: column.explained for column in _spec(format).columns}


def _spec(name: str) -> TableSpec:
    if name not in TEMPLATES:
        raise FileRefused(code="unknown_format", params={"format": name[:60]})
    return TEMPLATES[name]


def _header(spec: TableSpec) -> list[str]:
    return [column.name for column in spec.columns]


def _example(spec: TableSpec) -> list[str]:
    return [column.example for column in spec.columns]
