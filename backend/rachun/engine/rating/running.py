"""Calls one after another out of what a bundle holds: a running sum that is cut off where the bundle ends."""

import numpy as np

from rachun.engine.rating.zones import Int64s


def covered_in_order(*, bundle: Int64s, billed_s: Int64s, held_s: Int64s, used_s: Int64s) -> Int64s:
    """Of each call's billed seconds, what its bundle pays. Calls in call order; bundle: a number of it.

    held_s: what the bundle holds for the call; used_s: what was taken of it before these calls.
    """
    order = np.argsort(bundle, kind="stable")  # next to nothing where the calls of each bundle lie together
    upto = np.empty_like(billed_s)
    upto[order] = _running(billed_s[order], bundle=bundle[order])
    upto += used_s
    covered: Int64s = np.minimum(upto, held_s) - np.minimum(upto - billed_s, held_s)
    return np.maximum(covered, 0)


def _running(billed_s: Int64s, *, bundle: Int64s) -> Int64s:
    """What each bundle's calls were billed up to and with this one; bundles lie one after another.

    The sum over all bundles may leave 64 bits: what is then taken off has left them in the same way.
    """
    total = np.cumsum(billed_s)
    begins = np.flatnonzero(np.diff(bundle, prepend=bundle[:1] - 1))
    before = total[begins] - billed_s[begins]
    return total - np.repeat(before, np.diff(np.append(begins, len(total))))
