"""Licences as people write them: a state and a number on each line."""

import re
from collections.abc import Mapping

from django import forms
from django.core.exceptions import ValidationError

from nextcall.consent.geography.names import read_region

LINE = re.compile(r"\s*([A-Za-z][A-Za-z .]{1,24}?)\s*[:,=\t ]\s*(\S.{0,39}?)\s*")
NMLS = re.compile(r"\d{3,12}")
MOST = 60  # lines: every state, the territories, and a few twice


def nmls_field(label: str) -> forms.CharField:
    return forms.CharField(max_length=20, required=False, label=label, help_text="Digits only, as in 123456.")


def licences_field(label: str) -> forms.CharField:
    return forms.CharField(
        max_length=4_000,
        required=False,
        label=label,
        widget=forms.Textarea(attrs={"rows": 4, "spellcheck": "false"}),
        help_text="A state and its number on each line, like CA 01234567. Mortgage messages go to these states only.",
    )


def read_nmls(written: str) -> str:
    """The digits. Raises ValidationError with an example that works."""
    digits = re.sub(r"(?i)nmls|[\s#.:-]", "", written)
    if digits and not NMLS.fullmatch(digits):
        raise ValidationError("An NMLS id has 3 to 12 digits, like 123456.")
    return digits


def read(written: str, *, eight_in_california: bool) -> dict[str, str]:
    """State -> number. Raises ValidationError that names the line and what would be right."""
    found: dict[str, str] = {}
    lines = [line for line in written.splitlines() if line.strip()]
    if len(lines) > MOST:
        raise ValidationError(f"{len(lines)} lines; there are at most {MOST}.")
    for line in lines:
        parts = LINE.fullmatch(line)
        region = read_region(parts[1], country="US") if parts else None
        if parts is None or region is None:
            raise ValidationError(f"\u201c{line.strip()[:40]}\u201d is not a state and a number. Write it like CO 100.")
        state = region.removeprefix("US-")
        if state in found:
            raise ValidationError(f"{state} is there twice.")
        if eight_in_california and state == "CA" and not re.fullmatch(r"\d{8}", re.sub(r"\D", "", parts[2])):
            raise ValidationError("A California real estate licence has eight digits, like CA 01234567.")
        found[state] = parts[2]
    return dict(sorted(found.items()))


def show(licences: Mapping[str, str]) -> str:
    return "\n".join(f"{state} {number}" for state, number in licences.items())
