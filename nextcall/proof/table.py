"""contacts.csv: one line a record, made from proof.json alone, so that the two can be held against each other. Pure."""

from collections.abc import Mapping
from typing import Any

from nextcall.intake.set_aside import lines
from nextcall.proof import words

NAME = "contacts.csv"
COLUMNS = (
    "No.", "What", "Kind", "At (UTC)", "Local times", "Person", "Person no.", "Lead no.", "Channel", "To", "Purpose",
    "Decision", "Rules that decided", "Sources", "Earliest next time", "Jurisdictions", "Policy version", "Asked by",
    "Permission no.", "Provider", "Provider's reference", "Outcome", "Event no.", "Place in chain", "Record hash",
)  # fmt: skip


def table(document: Mapping[str, Any]) -> bytes:
    """The whole file in UTF-8 with a byte order mark, as spreadsheets want it; no cell can start a formula."""
    rows = [_cells(record, document["policies"]) for record in document["records"]]
    return ("\ufeff" + lines([COLUMNS, *rows])).encode("utf-8", "backslashreplace")


def _cells(record: Mapping[str, Any], policies: Mapping[str, Any]) -> tuple[str | int, ...]:
    rules = words.deciding(record, policies)
    person, provider, seal = record["person"] or {}, record.get("provider") or {}, record["seal"] or {}
    return (
        record["n"],
        record["title"],
        record["what"],
        record["at"],
        words.local_times(record),
        person.get("name", ""),
        person.get("id", ""),
        record["lead"] or "",
        record["channel"],
        record["to"],
        record.get("purpose", ""),
        words.VERDICTS.get(record.get("verdict", ""), ""),
        "; ".join(f"{rule['id']}: {rule['says']}" for rule in rules),
        " ; ".join(dict.fromkeys(rule["source"] for rule in rules)),
        record.get("earliest", ""),
        ", ".join(record.get("jurisdictions", ())),
        record.get("policy_version", ""),
        words.asker(record),
        record.get("permission", ""),
        provider.get("name", ""),
        provider.get("reference", ""),
        (record.get("touch") or {}).get("outcome", ""),
        record["event"]["id"],
        seal.get("number", ""),
        record["hash"],
    )
