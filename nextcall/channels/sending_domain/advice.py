"""SPF (RFC 7208), DKIM (RFC 6376) and DMARC (RFC 7489) of one sending domain: ok, or what mends it. Pure."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from nextcall.channels.sending_domain.lookup import Texts
from nextcall.channels.sending_domain.wanted import FREE, Wants

MOST_LOOKUPS = 10  # RFC 7208, 4.6.4
_RESERVED = ("example", "test", "invalid", "localhost", "local", "internal")  # RFC 2606, 6762
_ASKS = re.compile(r"[+~?-]?(?:include:|a\b|mx\b|ptr\b|exists:)|redirect=", re.I)


@dataclass(frozen=True, slots=True)
class Advice:
    """One line: `state` ok, mend, or note for what could not be found out."""

    what: str
    state: Literal["ok", "mend", "note"]
    says: str
    mend: str = ""


def names(domain: str, wanted: Wants) -> list[str]:
    """What DNS must be asked for."""
    keys = [f"{selector}._domainkey.{domain}" for selector in wanted.selectors]
    return [_spf_name(domain, wanted), *keys, *(f"_dmarc.{one}" for one in _upwards(domain))]


def is_reserved(domain: str) -> bool:
    """Whether no such domain can exist in DNS."""
    return domain.rpartition(".")[2].lower() in _RESERVED


def advise(domain: str, wanted: Wants, answers: Mapping[str, Texts], *, signed_by: str = "") -> Iterator[Advice]:
    """`signed_by`: the domain that the service sends for, if it is set; it must be the From address's own."""
    if domain in FREE and wanted.include != "_spf.google.com":
        yield Advice("DMARC", "mend", f"{domain} lets nobody but itself send from its addresses",
                     "send from an address at a domain of your own")  # fmt: skip
        return
    yield _spf(domain, wanted, answers.get(_spf_name(domain, wanted)))
    yield _dkim(domain, wanted, answers)
    yield _dmarc(domain, answers)
    if signed_by and not aligned(domain, signed_by):
        yield Advice("alignment", "mend", f"mail is signed for {signed_by} and comes from {domain}: DMARC fails",
                     f"set up {domain} at {wanted.title}, or send from an address at {signed_by}")  # fmt: skip


def aligned(domain: str, other: str) -> bool:
    """Relaxed alignment: one organisation's. A short second label (co.uk, com.au) is taken for a public suffix."""
    one, two = domain.lower().split("."), other.lower().split(".")
    pairs = enumerate(zip(reversed(one), reversed(two), strict=False))
    shared = next((n for n, (a, b) in pairs if a != b), min(len(one), len(two)))
    return one == two or shared >= 3 or (shared == 2 and len(one[-2]) > 3)


def _spf_name(domain: str, wanted: Wants) -> str:
    return f"{wanted.spf_under}.{domain}" if wanted.spf_under else domain


def _spf(domain: str, wanted: Wants, found: Texts) -> Advice:
    name = _spf_name(domain, wanted)
    if found is None:
        return _unasked("SPF", name)
    records = [one for one in found if re.match(r"v=spf1(?:\s|$)", one, re.I)]
    include = f"include:{wanted.include} " if wanted.include else ""
    if len(records) > 1:
        return Advice("SPF", "mend", f"{name} has {len(records)} SPF records: receivers then count none of them",
                      f'keep one: {name} TXT "{_joined(records)}"')  # fmt: skip
    if not records:
        if not wanted.include:
            return Advice("SPF", "note", f"{name} has no SPF record; {wanted.title} need not have one, DKIM counts")
        return Advice("SPF", "mend", f"{name} has no SPF record", f'add {name} TXT "v=spf1 {include}~all"')
    return _one_spf(name, wanted, records[0])


def _one_spf(name: str, wanted: Wants, record: str) -> Advice:
    terms = record.split()[1:]
    if any(term.lower() in ("+all", "all") for term in terms):
        closed = " ".join(term if term.lower() not in ("+all", "all") else "~all" for term in terms)
        return Advice("SPF", "mend", f"{name} lets everybody send (+all)", f'change {name} TXT to "v=spf1 {closed}"')
    if wanted.include and f"include:{wanted.include}" not in record.lower():
        return Advice("SPF", "mend", f"the SPF record of {name} does not name {wanted.title}",
                      f'change {name} TXT to "{_with(record, wanted.include)}"')  # fmt: skip
    asks = sum(bool(_ASKS.match(term)) for term in terms)
    if asks > MOST_LOOKUPS:
        return Advice("SPF", "mend", f"the SPF record of {name} asks {asks} times; {MOST_LOOKUPS} are allowed",
                      "take out the includes of services you no longer use")  # fmt: skip
    return Advice("SPF", "ok", f"{name}: {record[:120]}")


def _with(record: str, include: str) -> str:
    """The record with the include before its end."""
    terms = record.split()
    ends = (n for n, term in enumerate(terms) if term.lower().lstrip("+-~?") == "all" or "redirect=" in term)
    at = next(ends, len(terms))
    return " ".join([*terms[:at], f"include:{include}", *terms[at:]])


def _joined(records: Sequence[str]) -> str:
    """The mechanisms of all of them once each, and one end."""
    terms = list(dict.fromkeys(term for one in records for term in one.split()[1:]))
    ends = [term for term in terms if term.lower().lstrip("+-~?") == "all"]
    return " ".join(["v=spf1", *(term for term in terms if term not in ends), "~all" if "-all" not in ends else "-all"])


def _dkim(domain: str, wanted: Wants, answers: Mapping[str, Texts]) -> Advice:
    if not wanted.selectors:
        return Advice("DKIM", "note", f"{wanted.title} uses a key name that cannot be guessed for {domain}",
                      f"see at {wanted.title} whether {domain} is verified")  # fmt: skip
    asked = {selector: answers.get(f"{selector}._domainkey.{domain}") for selector in wanted.selectors}
    keys = {selector: found for selector, texts in asked.items() for found in texts or () if "p=" in found}
    live = next((selector for selector, text in keys.items() if re.search(r"\bp=\s*[A-Za-z0-9+/]", text)), "")
    if live:
        return Advice("DKIM", "ok", f"{live}._domainkey.{domain} has a key")
    if keys:
        return Advice("DKIM", "mend", f"the key {next(iter(keys))}._domainkey.{domain} is withdrawn (p= is empty)",
                      f"make a new key at {wanted.title} and publish the record it shows")  # fmt: skip
    if all(found is None for found in asked.values()):
        return _unasked("DKIM", domain)
    looked = " or ".join(f"{selector}._domainkey.{domain}" for selector in wanted.selectors[:2])
    return Advice("DKIM", "mend", f"no DKIM key of {wanted.title} for {domain}",
                  f"publish the record that {wanted.title} shows for {domain}, at {looked}")  # fmt: skip


def _dmarc(domain: str, answers: Mapping[str, Texts]) -> Advice:
    add = f'add _dmarc.{domain} TXT "v=DMARC1; p=none; rua=mailto:postmaster@{domain}"'
    for place in _upwards(domain):
        found = answers.get(f"_dmarc.{place}")
        if found is None:
            return _unasked("DMARC", f"_dmarc.{place}")
        records = [one for one in found if re.match(r"v=DMARC1\b", one, re.I)]
        if len(records) > 1:
            return Advice("DMARC", "mend", f"_dmarc.{place} has {len(records)} records: receivers then count none",
                          f'keep one: _dmarc.{place} TXT "{records[0][:200]}"')  # fmt: skip
        if records:
            return _one_dmarc(place, records[0])
    return Advice("DMARC", "mend", f"{domain} has no DMARC record; Gmail and Yahoo want one of who sends much", add)


def _one_dmarc(place: str, record: str) -> Advice:
    tags = {key.strip().lower(): value.strip() for key, _, value in (one.partition("=") for one in record.split(";"))}
    policy = tags.get("p", "").lower()
    if policy not in ("none", "quarantine", "reject"):
        return Advice("DMARC", "mend", f"the DMARC record of {place} names no policy",
                      f'change _dmarc.{place} TXT to "v=DMARC1; p=none; rua=mailto:postmaster@{place}"')  # fmt: skip
    return Advice("DMARC", "ok", f"_dmarc.{place}: p={policy}")


def _upwards(domain: str) -> list[str]:
    """The domain and those above it, but no top level: a parent's DMARC record counts for those below."""
    labels = domain.split(".")
    return [".".join(labels[n:]) for n in range(max(1, len(labels) - 1))][:4]


def _unasked(what: str, name: str) -> Advice:
    return Advice(what, "note", f"DNS could not be asked about {name}; nothing is said about it", "try again later")
