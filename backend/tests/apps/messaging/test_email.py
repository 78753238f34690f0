"""Letters over a real SMTP conversation: sent once, refused, waiting, given up."""

import socket
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from rachun.apps.base.files import file_path
from rachun.apps.base.job_runner import run_job_now
from rachun.apps.base.models import Job
from rachun.apps.customers.models import Account
from rachun.apps.documents.models import Document
from rachun.apps.messaging.errors import AddressNotValid, DeliveryFinished
from rachun.apps.messaging.models import Delivery
from rachun.apps.messaging.services import Words, queue_plain_email, ring_waiting_deliveries, send_email
from tests.apps.identity.makers import make_enterprise
from tests.apps.messaging.smtp_sink import Sink, smtp_sink
from tests.factories import customers as a

pytestmark = pytest.mark.django_db
LATER = a.NOON + timedelta(minutes=6)


@pytest.fixture(autouse=True)
def _files(settings: Any, tmp_path: Any) -> None:
    settings.FILES_DIR = tmp_path


@pytest.fixture
def sink() -> Iterator[Sink]:
    with smtp_sink() as found:
        yield found


@pytest.fixture
def letter() -> Delivery:
    enterprise = make_enterprise()
    enterprise.entity.email = "billing@example.com"
    enterprise.entity.short_name = "Komunalno Žabljak"
    enterprise.entity.save()
    return a.delivery(account=a.account(branch=enterprise.north), address="ana@example.com")


def nobody_listens() -> str:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return f"smtp://127.0.0.1:{taken.getsockname()[1]}"


def send(letter: Delivery, url: str, *, at: Any = a.NOON) -> Delivery:
    return send_email(delivery_id=letter.id, smtp_url=url, sent_at=at)


class TestALetter:
    def test_arrives_with_its_document(self, sink: Sink, letter: Delivery) -> None:
        sent = send(letter, sink.url)

        [message] = sink.messages
        assert (sent.state, sent.sent_at) == ("SENT", a.NOON)
        assert (message["To"], message["Subject"]) == ("ana@example.com", "Račun")
        assert message["From"].addresses[0].display_name == "Komunalno Žabljak"
        [attached] = message.iter_attachments()
        assert (attached.get_filename(), attached.get_content()) == ("racun.pdf", b"%PDF-1.7 a bill")
        assert message.get_body().get_content().strip() == "U prilogu je račun."

    def test_is_never_sent_twice(self, sink: Sink, letter: Delivery, settings: Any) -> None:
        settings.SMTP_URL = sink.url
        [job] = Job.objects.filter(kind="messaging.send_email")
        run_job_now(job.id)
        with transaction.atomic():
            second = Job.objects.create(kind=job.kind, params=job.params)

        assert run_job_now(second.id).result == {"state": "SENT"}
        with pytest.raises(DeliveryFinished):
            send(letter, sink.url)
        assert len(sink.messages) == 1

    def test_counts_as_sent_however_the_server_says_goodbye(self, sink: Sink, letter: Delivery) -> None:
        sink.quit_reply = "451 no goodbye"

        assert send(letter, sink.url).state == "SENT"

    def test_queued_twice_for_one_document_and_address_is_one(self, letter: Delivery) -> None:
        again = a.delivery(
            account=Account.objects.get(id=letter.account_id),
            of=Document.objects.get(id=letter.document_id),
        )

        assert again.id == letter.id
        assert Job.objects.filter(kind="messaging.send_email").count() == 1

    def test_fails_when_the_server_does_not_know_the_address(self, sink: Sink, letter: Delivery) -> None:
        sink.answers["ana@example.com"] = "550 no such mailbox"

        failed = send(letter, sink.url)

        assert (failed.state, failed.error, sink.messages) == ("FAILED", "550 no such mailbox", [])

    def test_waits_when_the_server_says_later(self, sink: Sink, letter: Delivery) -> None:
        sink.answers["ana@example.com"] = "450 greylisted"

        waiting = send(letter, sink.url)
        sink.answers.clear()

        assert (waiting.state, waiting.attempts) == ("QUEUED", 1)
        assert send(letter, sink.url, at=LATER).state == "SENT"

    def test_waits_while_the_server_is_down_and_is_rung_again(self, sink: Sink, letter: Delivery) -> None:
        waiting = send(letter, nobody_listens())
        assert (waiting.state, waiting.next_attempt_at) == ("QUEUED", a.NOON + timedelta(minutes=5))

        assert ring_waiting_deliveries(now=a.NOON + timedelta(minutes=4)) == 0
        assert ring_waiting_deliveries(now=LATER) == 1
        assert ring_waiting_deliveries(now=LATER) == 0, "a ring is a row, so it comes once"
        assert Job.objects.filter(kind="messaging.send_email").count() == 2
        assert send(letter, sink.url, at=LATER).state == "SENT"

    def test_is_given_up_after_four_days(self, letter: Delivery) -> None:
        assert send(letter, nobody_listens(), at=a.NOON + timedelta(days=4)).state == "FAILED"

    def test_waits_for_ever_without_a_server_and_rings_nobody(self, letter: Delivery) -> None:
        waiting = send(letter, "", at=a.NOON + timedelta(days=30))

        assert (waiting.state, waiting.attempts) == ("QUEUED", 0)
        assert ring_waiting_deliveries(now=a.NOON + timedelta(days=60), can_send=False) == 0

    def test_fails_when_its_attachment_was_altered(self, sink: Sink, letter: Delivery) -> None:
        file_path(digest=letter.attachment_sha256).write_bytes(b"%PDF-1.7 another bill")

        assert (send(letter, sink.url).state, sink.messages) == ("FAILED", [])


class TestAPlainMessage:
    def queue(self, letter: Delivery, **more: Any) -> Delivery:
        words = Words(subject="Code\r\nBcc: evil@example.com", body="Your code: 12345678", **more)
        with transaction.atomic():
            return queue_plain_email(
                legal_entity_id=letter.legal_entity_id,
                branch_id=letter.branch_id,
                account_id=letter.account_id,
                address="ana@example.com",
                words=words,
                queued_at=a.NOON,
            )

    def test_goes_without_attachment_and_without_smuggled_headers(self, sink: Sink, letter: Delivery) -> None:
        send(self.queue(letter), sink.url)

        [message] = sink.messages
        assert (list(message.iter_attachments()), message["Bcc"]) == ([], None)
        assert message.get_content().strip() == "Your code: 12345678"

    def test_that_is_secret_is_wiped_once_sent(self, sink: Sink, letter: Delivery) -> None:
        secret = self.queue(letter, is_secret=True)

        send(secret, sink.url)

        assert Delivery.objects.get(id=secret.id).body == ""

    def test_that_has_expired_is_not_sent_and_is_wiped(self, sink: Sink, letter: Delivery) -> None:
        secret = self.queue(letter, is_secret=True, expires_at=a.NOON + timedelta(minutes=10))

        late = send(secret, sink.url, at=a.NOON + timedelta(minutes=10))

        assert (late.state, late.body, sink.messages) == ("FAILED", "", [])

    def test_is_refused_to_what_is_no_address(self, letter: Delivery) -> None:
        with transaction.atomic(), pytest.raises(AddressNotValid):
            queue_plain_email(
                legal_entity_id=letter.legal_entity_id,
                branch_id=letter.branch_id,
                account_id=letter.account_id,
                address="ana@example.com\r\nBcc: evil@example.com",
                words=Words(subject="", body=""),
                queued_at=a.NOON,
            )
