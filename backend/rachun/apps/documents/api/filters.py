import django_filters as filters

from rachun.apps.documents.models import Document, DocumentTemplate


class DocumentFilter(filters.FilterSet):
    account_id = filters.UUIDFilter(field_name="account_id")
    subject_id = filters.UUIDFilter(field_name="subject_id")
    kind = filters.ChoiceFilter(choices=Document.Kind.choices)
    language = filters.CharFilter(max_length=2)

    class Meta:
        model = Document
        fields = ("account_id", "subject_id", "kind", "language")


class DocumentTemplateFilter(filters.FilterSet):
    legal_entity_id = filters.UUIDFilter(field_name="legal_entity_id")
    kind = filters.ChoiceFilter(choices=Document.Kind.choices)

    class Meta:
        model = DocumentTemplate
        fields = ("legal_entity_id", "kind")
