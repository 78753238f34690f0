from django.utils.translation import gettext_lazy as _

from rachun.apps.base.errors import Conflict, Refused


class AddressNotValid(Refused):
    code = "address_not_valid"
    title = _("This is not an e-mail address.")


class DeliveryFinished(Conflict):
    code = "delivery_finished"
    title = _("This message has already been sent or given up.")
