from django.utils.translation import gettext_lazy as _

from rachun.apps.base.errors import Conflict, Refused


class TariffNotValid(Refused):
    code = "tariff_not_valid"
    title = _("The tariff version cannot be priced as it is written.")


class VersionStartTaken(Conflict):
    code = "version_start_taken"
    title = _("The plan already has a version that starts on this day.")


class CurrencyDiffers(Refused):
    code = "currency_differs"
    title = _("The currency differs from that of the legal entity.")


class UnknownDestinationTable(Refused):
    code = "unknown_destination_table"
    title = _("The tariff names a destination table that does not exist.")


class TaxRateInvalid(Refused):
    code = "tax_rate_invalid"
    title = _("A tax rate needs a category of the country pack and a percentage from 0 to 100.")


class TaxRateOfCountry(Refused):
    code = "tax_rate_of_country"
    title = _("The country pack has the rates of this category; an enterprise cannot set its own.")


class CodeTaken(Conflict):
    code = "code_taken"
    title = _("This code is already in use.")
