from rachun.apps.documents.services.bindery import set_aside
from rachun.apps.documents.services.change_template import change_template
from rachun.apps.documents.services.print_batches import (
    Placed,
    bind_file,
    close_batch,
    cut_into_chunks,
    files_of,
    hold_batch,
    is_waiting,
)
from rachun.apps.documents.services.store_document import store_document

__all__ = [
    "Placed",
    "bind_file",
    "change_template",
    "close_batch",
    "cut_into_chunks",
    "files_of",
    "hold_batch",
    "is_waiting",
    "set_aside",
    "store_document",
]
