from rachun.apps.documents.services.change_template import change_template
from rachun.apps.documents.services.store_document import store_document

__all__ = ["change_template", "store_document"]
