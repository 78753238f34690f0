"""A tariff version as JSON → frozen components, or every fault in it, each with its place."""

import json
from functools import cache
from importlib.resources import files
from typing import Any, cast

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError

from rachun.engine.tariffs.components import TariffVersion
from rachun.engine.tariffs.faults import TariffFault, TariffInvalid, pointer_to
from rachun.engine.tariffs.meaning import meaning_faults
from rachun.engine.tariffs.parsing import parse_version

__all__ = ["TariffFault", "TariffInvalid", "load_tariff", "tariff_schema", "validate_tariff"]


@cache
def tariff_schema() -> dict[str, Any]:
    """The JSON Schema that the editor, the API, the importer and the engine share."""
    schema: dict[str, Any] = json.loads(files("rachun.engine.tariffs").joinpath("schema.json").read_text("utf-8"))
    return schema


@cache
def _validator() -> Draft202012Validator:
    return Draft202012Validator(tariff_schema())


def validate_tariff(*, document: Any) -> list[TariffFault]:
    """Every fault of a tariff version: form first, and meaning once the form is right. Empty when it can be priced."""
    faults = sorted((_form_fault(error) for error in _validator().iter_errors(document)), key=lambda f: f.pointer)
    return faults or list(meaning_faults(document))


def load_tariff(*, document: Any) -> TariffVersion:
    """Parse a tariff version. Raises TariffInvalid with all its faults."""
    if faults := validate_tariff(document=document):
        raise TariffInvalid(faults)
    return parse_version(document=document)


def _form_fault(error: ValidationError) -> TariffFault:
    found: Any = error.instance
    rule: Any = error.validator_value
    params: dict[str, Any] = {"message": error.message, "expected": rule}
    if error.validator == "required":
        params = {"missing": [key for key in rule if key not in found]}
    elif error.validator == "additionalProperties":
        params = {"unknown": sorted(set(found) - set(cast("dict[str, Any]", error.schema).get("properties", {})))}
    return TariffFault(pointer=pointer_to(*error.absolute_path), code=str(error.validator).upper(), params=params)
