"""Content hashes of tables, settings and arrays: what a result depends on, as a short word."""

from __future__ import annotations

import hashlib
from typing import Any

import numpy as np
import pandas as pd


def content_hash(*parts: Any) -> str:
    """Hash any mix of tables, arrays and plain values.

    Parameters
    ----------
    *parts
        DataFrames (columns, dtypes and values count, the index does not), arrays, bytes, or values whose ``repr`` says
        all.

    Returns
    -------
    str
        32 hexadecimal digits; the same content gives the same word on any machine.
    """
    h = hashlib.blake2b(digest_size=16)
    for part in parts:
        if isinstance(part, pd.DataFrame):
            h.update(repr([(c, str(t)) for c, t in part.dtypes.items()]).encode())
            for column in part.columns:
                values = part[column]
                if not pd.api.types.is_numeric_dtype(values.dtype):
                    values = values.astype("string").fillna("\0")
                h.update(pd.util.hash_pandas_object(values, index=False).to_numpy().tobytes())
        elif isinstance(part, np.ndarray):
            h.update(f"{part.dtype}{part.shape}".encode())
            h.update(np.ascontiguousarray(part).tobytes())
        elif isinstance(part, bytes):
            h.update(part)
        else:
            h.update(repr(part).encode())
        h.update(b"|")
    return h.hexdigest()
