"""Rendered files are kept by their hash."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import transaction
from rachun.apps.base.files import FileMissing, file_path, keep_blocks, keep_file, read_file
from rachun.apps.documents.models import Document, DocumentTemplate
from rachun.apps.documents.services import store_document
from tests.apps.identity.makers import Enterprise, client_of, make_enterprise, make_operator
from tests.factories import customers as a

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _files(settings: Any, tmp_path: Any) -> None:
    settings.FILES_DIR = tmp_path


@pytest.fixture
def ours() -> Enterprise:
    return make_enterprise(code="OURS")


class TestAStoredFile:
    def test_is_kept_once_however_often_it_comes(self, tmp_path: Any) -> None:
        digests = {keep_file(content=b"one"), keep_file(content=b"one")}

        assert len(digests) == 1
        assert [path.name for path in tmp_path.rglob("*") if path.is_file()] == list(digests)

    def test_that_breaks_off_while_it_comes_leaves_nothing(self, tmp_path: Any) -> None:
        def breaking_off() -> Iterator[bytes]:
            yield b"half"
            raise ConnectionAbortedError

        with pytest.raises(ConnectionAbortedError):
            keep_blocks(blocks=breaking_off())

        assert not [path for path in tmp_path.rglob("*") if path.is_file()]

    def test_that_comes_in_blocks_is_the_whole_file(self) -> None:
        assert keep_blocks(blocks=[b"on", b"", b"e"]) == keep_file(content=b"one")
        assert read_file(digest=keep_file(content=b"one")) == b"one"

    def test_is_noticed_when_altered_or_lost(self) -> None:
        digest = keep_file(content=b"one")
        file_path(digest=digest).write_bytes(b"two")

        with pytest.raises(FileMissing):
            read_file(digest=digest)
        file_path(digest=digest).unlink()
        with pytest.raises(FileMissing):
            read_file(digest=digest)


class TestADocument:
    def test_is_downloaded_as_an_attachment_under_its_number(self, ours: Enterprise) -> None:
        document = a.document(account=a.account(branch=ours.north), number="РХ/1")

        answer = client_of(make_operator(entity=ours.entity)).get(f"/api/v1/documents/{document.id}/content")

        assert (answer.status_code, answer.content) == (200, b"%PDF-1.7 a bill")
        assert answer["Content-Disposition"] == "attachment; filename*=utf-8''%D0%A0%D0%A5-1-bs.pdf"
        assert answer["Content-Type"] == "application/pdf"

    def test_rendered_again_by_the_same_template_is_the_first_one(self, ours: Enterprise) -> None:
        first = a.document(account=a.account(branch=ours.north))
        facts = {
            name: getattr(first, name)
            for name in (
                "legal_entity_id", "branch_id", "account_id", "kind", "subject_id", "number", "language",
                "template_version", "media_type", "rendered_at",
            )
        }  # fmt: skip

        with transaction.atomic():
            again = store_document(content=b"another", **facts)

        assert (again.id, Document.objects.count()) == (first.id, 1)


class TestATemplate:
    def test_gets_the_next_version_and_is_refused_when_broken(self, ours: Enterprise) -> None:
        client = client_of(make_operator(entity=ours.entity))
        body = {"legal_entity_id": str(ours.entity.id), "kind": "BILL", "body": "<p>{{ number }}</p>"}

        versions = [client.post("/api/v1/document-templates", body).json()["version"] for _ in range(2)]
        broken = client.post("/api/v1/document-templates", {**body, "body": "{% if %}"})

        assert versions == [1, 2]
        assert (broken.status_code, broken.json()["params"]["line"]) == (422, 1)
        assert DocumentTemplate.objects.count() == 2
