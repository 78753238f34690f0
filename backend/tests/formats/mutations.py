"""Damage to files as it happens on the way: bits flipped, ends cut, code pages mixed, line ends changed."""

import random
from collections.abc import Iterator


def mutations(*, data: bytes, count: int, seed: int) -> Iterator[bytes]:
    chance = random.Random(seed)
    ways = (_flip_bits, _truncate, _recode, _add_mark, _swap_line_ends, _drop_line, _repeat_line, _insert, _swap_digits)
    for number in range(count):
        yield ways[number % len(ways)](data, chance)


def _flip_bits(data: bytes, chance: random.Random) -> bytes:
    broken = bytearray(data)
    for _ in range(chance.randint(1, 8)):
        broken[chance.randrange(len(broken))] ^= 1 << chance.randrange(8)
    return bytes(broken)


def _truncate(data: bytes, chance: random.Random) -> bytes:
    return data[: chance.randrange(len(data))]


def _recode(data: bytes, chance: random.Random) -> bytes:
    return data.decode("latin-1").encode(chance.choice(["utf-16", "utf-8", "utf-32", "utf-16-be"]))


def _add_mark(data: bytes, chance: random.Random) -> bytes:
    return chance.choice([b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff", b"\0", b"\x1a"]) + data


def _swap_line_ends(data: bytes, chance: random.Random) -> bytes:
    plain = data.replace(b"\r\n", b"\n")
    return plain.replace(b"\n", chance.choice([b"\r\n", b"\r", b"\n\n", b"\n\r", b"\xe2\x80\xa8"]))


def _drop_line(data: bytes, chance: random.Random) -> bytes:
    lines = data.splitlines(keepends=True)
    lines.pop(chance.randrange(len(lines)))
    return b"".join(lines)


def _repeat_line(data: bytes, chance: random.Random) -> bytes:
    lines = data.splitlines(keepends=True)
    lines.insert(chance.randrange(len(lines)), chance.choice(lines))
    return b"".join(lines)


def _insert(data: bytes, chance: random.Random) -> bytes:
    at = chance.randrange(len(data))
    junk = chance.choice(
        [b'"', b";", b",", b"\t", b"\xff", b"<!--", b"&x;", b"9" * 40, b"-", b"NaN", b"inf", "٣".encode()]
    )
    return data[:at] + junk + data[at:]


def _swap_digits(data: bytes, chance: random.Random) -> bytes:
    broken = bytearray(data)
    places = [at for at, byte in enumerate(broken) if 48 <= byte <= 57]
    for at in chance.sample(places, k=min(6, len(places))):
        broken[at] = chance.choice(b"0123456789-+.eE ")
    return bytes(broken)
