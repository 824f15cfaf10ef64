"""What Twilio's error codes mean for us, from twilio_errors.toml. Pure."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Trouble:
    """What an error code means."""

    says: str
    permanent: bool
    problem: str = ""  # of the lead's number
    sender: str = ""  # of ours
    retries: int = 0
    hours_apart: int = 0


@cache
def _troubles() -> Mapping[str, Trouble]:
    listed = tomllib.loads((Path(__file__).parent / "twilio_errors.toml").read_text())
    return {code: Trouble(**row) for code, row in listed.items()}


def trouble(code: str) -> Trouble:
    """What that code means; an unknown one may pass."""
    return _troubles().get(code, Trouble(f"error {code} at the carrier", permanent=False))
