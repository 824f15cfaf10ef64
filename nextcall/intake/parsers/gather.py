"""From labelled values to a NewLead: the one place where a field gets its meaning, whatever the format was."""

import re
from dataclasses import dataclass
from datetime import date, datetime
from ipaddress import ip_address
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from nextcall.intake.parsers import clean, dates, labels, points, postal, wishes
from nextcall.intake.parsers.new_lead import ConsentGiven, NewLead, Problem
from nextcall.intake.parsers.new_lead import Name as NewName
from nextcall.leads import names
from nextcall.lib.email_address import EmailAddress
from nextcall.lib.phone import Phone

MAX_ANSWERS = 300
_BUDGET = re.compile(
    r"\bbudget\W{0,3}(?:is|of|about|around|approx\w*|up to|max\w*)?\W{0,3}"
    r"((?:[$€£₹]|rs\.?|usd|inr)?\s?\d[\d.,]*\s?(?:k|m|mn|mil|million|thousand|lakhs?|lacs?|crores?|cr)?)\b",
    re.IGNORECASE,
)
_LABELS = {"phone_mobile": "mobile", "phone_home": "home", "phone_work": "work"}
_LINES = {
    "external_id": 120,
    "offer": 80,
    "source": 80,
    "owner": 120,
    "company": 200,
    "street": 200,
    "street_2": 60,
    "city": 100,
    "region": 40,
    "postal_code": 20,
    "country": 60,
    "extension": 12,
    "received_at": 80,
    "received_time": 40,
    "latest_activity_at": 80,
    "bought_at": 80,
    "ip": 60,
    "url": 500,
    "consent_at": 80,
}


@dataclass(frozen=True, slots=True)
class Reading:
    """What a format does not say itself: the account's zone and country, and what a member chose."""

    zone: str = "America/New_York"
    country: str = "US"
    day_first: bool = False
    area_code: str = ""  # for numbers of seven digits


class Gathering:
    """Takes labelled values one by one; `lead()` gives the NewLead, `problems` what could not be used."""

    def __init__(self, reading: Reading) -> None:
        self.reading = reading
        self.problems: list[Problem] = []
        self.lines: dict[str, str] = {}
        self.answers: dict[str, Any] = {}
        self.interest: dict[str, str] = {}
        self.emails: dict[str, EmailAddress] = {}
        self.raw_phones: list[tuple[str, str, str]] = []  # label, field, as written
        self.phone_labels: dict[str, str] = {}
        self.messages: list[str] = []
        self.wishes = wishes.Wishes()
        self.opt_outs: list[str] = []
        self.stage: str | None = None
        self.attempts: int | None = None

    def put(self, field: str, label: str, value: Any) -> None:
        """Take in one value. `field` is a name of vocabulary.toml; "" keeps it as an answer under its label."""
        if value is None or value == "" or value == [] or field == "ignore":
            return None
        if not isinstance(value, str) and not field.startswith("consent"):
            if isinstance(value, (list, tuple)) and field in (
                "email",
                "phone",
                "phone_mobile",
                "phone_home",
                "phone_work",
            ):
                value = ";".join(str(part) for part in value[: points.MAX])
            elif isinstance(value, (list, tuple, dict)):
                return self.keep(label, value)
            else:
                value = "true" if value is True else "false" if value is False else str(value)
        self._put(field, label, value)
        return None

    def keep(self, label: str, value: Any) -> None:
        """An answer to a question of the format's own."""
        kept = clean.bounded(value)
        if kept is None or len(self.answers) >= MAX_ANSWERS:
            return
        label = clean.one_line(label, 200) or "?"
        self.answers[label if label not in self.answers else f"{label} ({len(self.answers)})"] = kept

    def _put(self, field: str, label: str, value: Any) -> None:
        if field == "email":
            self._emails(label, value)
        elif field.startswith("phone"):
            self._phones(field, label, value)
        elif field == "message":
            self._message(label, value)
        elif field.startswith("opt_out"):
            if wishes.opts_out(value):
                self.opt_outs += wishes.opted_out_channels(field, value)
        elif field == "subscribed":
            if wishes.agrees(value) is False or labels.normal(value) in (
                "unsubscribed",
                "opted out",
                "cleaned",
                "bounced",
            ):
                self.opt_outs.append("email")
            self.keep(label, value)
        elif field in ("consent", "consent_text", "consent_call", "consent_email"):
            if not self.wishes.hear(field, label, value):
                self.keep(label, value)
        elif field == "stage":
            self._stage(label, value)
        elif field == "attempts":
            self.attempts = int(float(value)) if re.fullmatch(r"\d{1,4}(\.0)?", value.strip()) else None
        elif field.startswith("interest."):
            self._interest(field.removeprefix("interest."), label, value)
        elif field:
            self._line(field, label, value)
        else:
            self.keep(label, value)

    def _line(self, field: str, label: str, value: str) -> None:
        if field == "consent_wording":
            text = clean.plain(value, 5000)
        elif field.endswith("name") or field == "family_name_2":
            text = names.tidy(value) or None
        else:
            text = clean.one_line(value, _LINES.get(field, clean.MAX_LINE))
        if text is None:
            return
        if field in self.lines:
            if text != self.lines[field]:
                self.keep(label, text)
            return
        self.lines[field] = text

    def _emails(self, label: str, value: str) -> None:
        for part, read in points.addresses(value):
            if read is None:
                self._problem("bad_email", label, part)
            elif len(self.emails) < points.MAX:
                self.emails.setdefault(read.key, read)

    def _phones(self, field: str, label: str, value: str) -> None:
        self.raw_phones += [(label, field, part) for part in points.numbers(value)]

    def _message(self, label: str, value: str) -> None:
        text = clean.plain(value)
        if text and text not in self.messages:
            self.messages.append(text)
            if "budget" not in self.interest and (found := _BUDGET.search(text)):
                self.interest["budget"] = found[1].strip()

    def _interest(self, key: str, label: str, value: str) -> None:
        if (text := clean.one_line(value)) is None:
            return None
        if key in self.interest:
            return self.keep(label, text)
        self.interest[key] = text
        if len(label.split()) > 2:
            self.keep(label, text)
        return None

    def _stage(self, label: str, value: str) -> None:
        words = labels.normal(value)
        self.stage = self.stage or labels.stage(value)
        if re.search(r"\b(do not (contact|call)|dnc|unsubscribed|opted out|stop)\b", words):
            self.opt_outs += wishes.CHANNELS
        self.keep(label, value)

    def _problem(self, cause: str, label: str, value: str) -> None:
        example = clean.one_line(value, 80) or ""
        self.problems.append(Problem(cause, label, example))
        self.keep(label, value)

    def lead(self, raw_format: str, **more: Any) -> NewLead:
        """What was gathered. `more` are fields of NewLead that the format knows by itself."""
        address = postal.address(self.lines, default_country=self.reading.country)
        phones = self._read_phones(address.country or self.reading.country)
        received = self._received()
        return NewLead(
            **{
                "raw_format": raw_format,
                "name": self._name(),
                "emails": tuple(self.emails.values()),
                "phones": phones,
                "phone_labels": self.phone_labels,
                "address": address,
                "received_at": received,
                "message": "\n\n".join(self.messages)[: clean.MAX_TEXT] or None,
                "interest": self.interest,
                "answers": self.answers,
                "consent": self._consent(received),
                "refused": tuple(dict.fromkeys(self.wishes.refused)),
                "opt_outs": tuple(channel for channel in wishes.CHANNELS if channel in self.opt_outs),
                "external_id": self.lines.get("external_id"),
                "source": self.lines.get("source"),
                "offer": self.lines.get("offer"),
                "company": self.lines.get("company"),
                "owner": self.lines.get("owner"),
                "stage": self.stage,
                "attempts": self.attempts,
                "latest_activity_at": self._date("latest_activity_at"),
                "bought_at": self._date("bought_at"),
                **more,
            }
        )

    def _name(self) -> NewName:
        full, given, family = (self.lines.get(key) for key in ("full_name", "given_name", "family_name"))
        if family and (second := self.lines.get("family_name_2")):
            family = f"{family} {second}"
        if full and not (given and family):
            read = names.read(full)
        else:
            read = names.joined(given, family, middle=self.lines.get("middle_name"), suffix=self.lines.get("suffix"))
        return NewName(read.full, read.given, read.family)

    def _read_phones(self, country: str) -> tuple[Phone, ...]:
        found: dict[str, Phone] = {}
        rank = {"phone_mobile": 0, "phone": 1, "phone_home": 2, "phone_work": 3}
        for label, field, raw in sorted(self.raw_phones, key=lambda item: rank[item[1]]):
            read = points.number(
                raw, country=country, area_code=self.reading.area_code, extension=self.lines.get("extension")
            )
            if isinstance(read, str):
                self._problem(read, label, raw)
                continue
            found.setdefault(read.e164, read)
            if field in _LABELS:
                self.phone_labels.setdefault(read.e164, _LABELS[field])
        return tuple(found.values())[: points.MAX]

    def _date(self, field: str) -> datetime | date | None:
        if not (text := self.lines.get(field)):
            return None
        read = dates.read(text, zone=self.reading.zone, day_first=self.reading.day_first)
        if read is None:
            self._problem("bad_date", field.replace("_", " "), text)
        return read

    def _received(self) -> datetime | date | None:
        if (
            "received_at" in self.lines
            and (time := self.lines.get("received_time"))
            and ":" not in self.lines["received_at"]
        ):
            self.lines["received_at"] += f" {time}"
        return self._date("received_at")

    def _consent(self, received: datetime | date | None) -> ConsentGiven | None:
        if not self.wishes.any:
            return None
        return ConsentGiven(
            channels=self.wishes.channels(),
            wording=self.lines.get("consent_wording") or self.wishes.wording,
            at=self._date("consent_at") or received,
            ip=self._ip(),
            url=self._url(),
        )

    def _ip(self) -> str | None:
        try:
            return str(ip_address(self.lines.get("ip", "")))
        except ValueError:
            return None

    def _url(self) -> str | None:
        url = self.lines.get("url")
        return url if url and url.startswith(("https://", "http://")) else None

    def keep_campaign(self) -> None:
        """What the address of the form says about the campaign becomes answers (utm_source and its like)."""
        query = urlsplit(self._url() or "").query
        for key, value in parse_qsl(query, max_num_fields=100) if query.count("&") < 100 else []:
            if key.startswith("utm_") or key in ("gclid", "fbclid", "msclkid"):
                self.keep(key, value)
