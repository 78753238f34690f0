"""Identifiers of one process come in the order they were made: rows of one instant keep their order in a chain."""

from rachun.values.ids import uuid7


def test_identifiers_made_one_after_another_are_in_order_and_of_version_7() -> None:
    made = [uuid7() for _ in range(5_000)]

    assert made == sorted(made)
    assert len(set(made)) == len(made)
    assert {(identifier.version, identifier.variant) for identifier in made} == {(7, "specified in RFC 4122")}
