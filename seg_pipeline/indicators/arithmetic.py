"""The arithmetic that indices share: totals and shares over areas, and 0 · log 0 = 0. No index lives here."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from seg_pipeline.indicators.registry import Counts


def total(x: Counts) -> Counts:
    """Return the sum over areas, kept as an axis of length one."""
    return x.sum(-1, keepdims=True)


def share(x: Counts) -> Counts:
    """Return xᵢ/X: which part of the group lives in each area."""
    return x / total(x)


def ratio(part: Counts, whole: Counts) -> Counts:
    """Return part/whole, and 0 where the whole is 0: an area without people contributes nothing."""
    shape = np.broadcast_shapes(part.shape, whole.shape)
    return np.divide(part, whole, out=np.zeros(shape), where=np.broadcast_to(whole, shape) > 0)


def ascending(p: Counts) -> npt.NDArray[np.int64]:
    """Return the order that sorts shares from 0 to 1, along the last axis; equal shares stay in order.

    Share and place are sorted as one whole number, which is twice as quick as sorting places by share. Shares that
    differ by less than one part in 10¹³ count as equal where there are fewer than 500,000 areas. NaN come anywhere,
    with a warning that the caller silences.
    """
    places = p.shape[-1].bit_length()
    key = (p * 2.0 ** (62 - places)).astype(np.int64) << places
    key |= np.arange(p.shape[-1])
    key.sort(-1)
    return key & ((1 << places) - 1)


def xlogx(p: Counts) -> Counts:
    """Return p · log p in nats, 0 where p is 0."""
    return p * np.log(p, out=np.zeros_like(p), where=p > 0)


def binary_entropy(p: Counts) -> Counts:
    """Return −p·log p − (1−p)·log(1−p), from 0 to log 2 nats."""
    return -xlogx(p) - xlogx(1 - p)
