"""One way to write a value as bytes, so that its hash means the same to everybody (docs/proof.md)."""

import hashlib
import json
from datetime import UTC, datetime
from typing import Any


def written(value: Any) -> bytes:
    """JSON in UTF-8: keys in the order of their code points, no spaces, nothing escaped that need not be.

    `value` holds JSON values only. Whole numbers are written without a point, others as Python's shortest `repr`.
    """
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode(
        "utf-8", "backslashreplace"
    )


def digest(value: Any) -> str:
    """SHA-256 of the value as `written`, in hex."""
    return hashlib.sha256(written(value)).hexdigest()


def instant(at: datetime) -> str:
    """An instant in UTC to the microsecond: "2026-11-23T17:00:00.000000Z"."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
