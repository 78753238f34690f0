from threading import Event

import pytest
from rachun.apps.base.jobs import JobContext
from rachun.apps.billing.models import BillRunChunk
from rachun.apps.billing.services.side_by_side import Turn, do_chunks
from rachun.values.ids import uuid7

PATIENCE_S = 10.0


def job(*, is_inline: bool = False) -> JobContext:
    return JobContext(
        job_id=uuid7(),
        params={},
        legal_entity_id=None,
        created_by=None,
        checkpoint_state=None,
        lease_owner="",
        is_inline=is_inline,
    )


def chunks(count: int) -> list[BillRunChunk]:
    return [BillRunChunk(number=number) for number in range(1, count + 1)]


class Refused(Exception):
    pass


class TestDoChunks:
    def test_lets_a_later_chunk_work_and_then_wait_for_its_turn(self) -> None:
        second_is_ready, order = Event(), list[int]()

        def work(chunk: BillRunChunk, turn: Turn) -> None:
            if chunk.number == 1:
                assert second_is_ready.wait(PATIENCE_S), "the chunks are done one after another"
            if chunk.number == 2:
                second_is_ready.set()
            turn()
            order.append(chunk.number)

        do_chunks(chunks=chunks(5), work=work, job=job())

        assert order == [1, 2, 3, 4, 5]

    @pytest.mark.parametrize("is_inline", [False, True])
    def test_tells_the_first_failure_and_keeps_nothing_after_it(self, *, is_inline: bool) -> None:
        kept = list[int]()

        def work(chunk: BillRunChunk, turn: Turn) -> None:
            if chunk.number == 2:
                raise Refused
            turn()
            kept.append(chunk.number)

        with pytest.raises(Refused):
            do_chunks(chunks=chunks(9), work=work, job=job(is_inline=is_inline))

        assert kept == [1]
