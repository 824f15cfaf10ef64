"""proof.pdf: the pack as a judge reads it. Cover, what permitted, what was withdrawn, then contact by contact."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from nextcall.proof import words
from nextcall.proof.paper import BOLD, Paper

WHAT = (
    ("contact", "contacts"),
    ("refusal", "refusals by the gate: nothing left"),
    ("wait", "times it was not yet permitted: nothing left then"),
    ("report", "reports of providers and of people about contacts"),
    ("inbound", "messages and calls from them"),
    ("permission", "permissions recorded or restored"),
    ("withdrawal", "withdrawals"),
)
BESIDE = ("gate", "channel", "step", "message", "call")  # of an event's data: shown otherwise, or numbers of ours
HOW = (
    "Each record below is one event of the timeline, written in the moment in which it happened. For a contact and for"
    " a refusal it names the decision of the gate: every rule that took part, in the words that the rule had then, with"
    " its source; the local time in each zone where the person may be; and the permission that was in force.",
    "The records are chained: each carries the SHA-256 of the one before. The manifest in this pack lists every hash"
    " and every file, and is signed (Ed25519) by the installation. The program `nextcall verify` checks all of it"
    " without a connection and says what was changed, if anything was. Compare the fingerprint below with the one that"
    " the seller published or gave you by another way: whoever changes a pack cannot sign it with that key.",
)


def printed(
    document: Mapping[str, Any], *, about: list[tuple[str, str]], at: datetime, told: Callable[[int], None]
) -> bytes:
    """The whole PDF. `about`: lines of the cover; `told` hears how many records are printed."""
    account = document["account"]
    paper = Paper(title=f"Proof of contacts: {account['name']}", foot=f"{account['name']}: proof of contacts", at=at)
    _cover(paper, document, about)
    _permissions(paper, document)
    _withdrawals(paper, document)
    paper.sheet()
    paper.heading("What happened, in order")
    for record in document["records"]:
        _record(paper, record, document["policies"])
        if record["n"] % 200 == 0:
            told(record["n"])
    if not document["records"]:
        paper.put("Nothing: no contact, no refusal and no wish is on record for this choice.")
    _sources(paper, document)
    return bytes(paper.output())


def _cover(paper: Paper, document: Mapping[str, Any], about: list[tuple[str, str]]) -> None:
    paper.gap(6)
    paper.put("Proof of contacts", size=22, style=BOLD)
    paper.put(document["account"]["seller"] or document["account"]["name"], size=13)
    paper.gap(5)
    for word, says in about:
        paper.pair(word, says, across=42, size=9)
    paper.heading("What is in it")
    for key, says in WHAT:
        paper.pair(str(document["counts"].get(key, 0)), says, across=16, size=9)
    if document["counts"].get("invented"):
        paper.gap(2)
        paper.put(
            f"{document['counts']['invented']} of these records are about invented people of the sample. Nothing was"
            " sent to anybody; they prove nothing.",
            style=BOLD,
        )
    paper.heading("How to read and to check it")
    for paragraph in HOW:
        paper.put(paragraph, size=9)
        paper.gap(2)
    paper.put(
        "A sign that this print cannot show stands as its code point, such as [U+674E]. The exact words are in"
        " proof.json.",
        size=9,
    )


def _permissions(paper: Paper, document: Mapping[str, Any]) -> None:
    if not document["permissions"]:
        return
    paper.sheet()
    paper.heading("Permissions that the decisions name")
    for number, one in document["permissions"].items():
        paper.room_for(8)
        paper.rule()
        who = "software may choose and send" if one["automated"] else "by hand only"
        paper.put(f"No. {number}: {one['tier']} consent for {one['channel']}, {one['purpose']}, {who}", style=BOLD)
        paper.pair("Given for", one["contact_point"] or "every number and address of the person")
        paper.pair("Sellers named", ", ".join(map(str, one["sellers"])))
        paper.pair("Wording", f"\u201c{one['wording']}\u201d" if one["wording"] else "none on record")
        if one["wording_version"]:
            paper.pair("Its version", one["wording_version"])
        paper.pair("Source", one["source"])
        paper.pair("Proof", "; ".join(f"{key}: {value}" for key, value in one["proof"].items()) or "none on record")
        by = f" by {one['recorded_by']}" if one["recorded_by"] else ""
        paper.pair("Given, recorded", f"{one['given_at'][:19]} UTC, {one['recorded_at'][:19]} UTC{by}")
        if one["expires_at"] or one["ended_at"]:
            ended = f"ended {one['ended_at'][:19]} UTC: {one['ended_because']}" if one["ended_at"] else ""
            until = f"runs until {one['expires_at'][:19]} UTC" if one["expires_at"] else ""
            paper.pair("Until", "; ".join(filter(None, (until, ended))))
        paper.gap(2)


def _withdrawals(paper: Paper, document: Mapping[str, Any]) -> None:
    if not document["withdrawals"]:
        return
    paper.sheet()
    paper.heading("Withdrawals of the people in this pack")
    for one in document["withdrawals"]:
        paper.room_for(6)
        paper.rule()
        paper.put(f"Person {one['person']}: {', '.join(one['channels'])} ({one['reason']})", style=BOLD)
        paper.pair("Number or address", one["contact_point"] or "held by its hash")
        if one["said"]:
            paper.pair("In their words", f"\u201c{one['said']}\u201d")
        by = f", taken down by {one['by']}" if one["by"] else ""
        paper.pair("How", f"{one['via']}{by}")
        paper.pair("Said", f"{one['said_at'][:19]} UTC")
        paper.pair("In effect", f"{one['applied_at'][:19]} UTC")
        if one["lifted_at"]:
            paper.pair("Lifted", f"{one['lifted_at'][:19]} UTC: {one['lifted_because']}")
        paper.gap(2)


def _record(paper: Paper, record: Mapping[str, Any], policies: Mapping[str, Any]) -> None:
    paper.room_for(9)
    paper.rule()
    person = record["person"] or {"name": "nobody known", "id": "?"}
    channel = f", {record['channel']}" if record["channel"] else ""
    paper.put(f"{record['n']}. {record['title']}{channel}: {person['name']}", size=9.5, style=BOLD)
    paper.pair("When", f"{record['at'][:19].replace('T', ' ')} UTC")
    if record.get("local_times"):
        paper.pair("Local times", words.local_times(record))
    if record["to"]:
        paper.pair("To", record["to"])
    paper.pair("Asked by", words.asker(record))
    if record.get("verdict"):
        _decision(paper, record, policies)
    said = {
        key: value for key, value in record["event"]["data"].items() if key not in BESIDE and value not in ("", None)
    }
    if record["what"] not in ("contact", "refusal", "wait") and said:
        paper.pair("On record", "; ".join(f"{key.replace('_', ' ')}: {value}" for key, value in said.items()))
    if (record.get("touch") or {}).get("outcome") and record["what"] == "contact":
        paper.pair("What came of it", record["touch"]["outcome"])
    if record.get("provider"):
        _receipts(paper, record["provider"])
    if record.get("message"):
        subject = f"{record['message']['subject']}\n" if record["message"]["subject"] else ""
        paper.pair("Words", f"{subject}{record['message']['body']}"[:3000])
    seal = record["seal"]
    place = f"event {record['event']['id']}, no. {seal['number']} of the account's chain" if seal else "not sealed yet"
    paper.put(f"{place}; record {record['hash']}", size=6.5, grey=120)
    paper.gap(2.5)


def _decision(paper: Paper, record: Mapping[str, Any], policies: Mapping[str, Any]) -> None:
    verdict = words.VERDICTS.get(record["verdict"], record["verdict"])
    later = f", permitted from {record['earliest'][:19]} UTC" if record.get("earliest") else ""
    purpose = f", {record['purpose']}" if record.get("purpose") else ""
    where = f"; under {', '.join(record['jurisdictions'])}" if record.get("jurisdictions") else ""
    paper.pair("Decision", f"{verdict}{later}{purpose}{where}; policy {record.get('policy_version', '')}")
    permission = record.get("permission")
    paper.pair("Permission", f"no. {permission} ({record.get('tier')})" if permission else "none in force")
    for nth, rule in enumerate(words.rules_of(record, policies)):
        paper.pair("" if nth else "Rules", f"{rule['effect']}  {rule['id']}: {rule['says']}", size=8)


def _receipts(paper: Paper, provider: Mapping[str, Any]) -> None:
    told = "; ".join(f"{one['kind'].removeprefix('touch.')} {one['at'][:19]} UTC" for one in provider["reports"])
    paper.pair(
        "Provider",
        f"{provider['name'] or 'unnamed'}, its reference {provider['reference'] or 'none'}, ours"
        f" {provider['our_reference']}{'; ' if told else ''}{told}",
    )


def _sources(paper: Paper, document: Mapping[str, Any]) -> None:
    """Every rule that took part, once, with where it is written."""
    sources: dict[str, str] = {}
    for record in document["records"]:
        for rule in words.rules_of(record, document["policies"]):
            sources.setdefault(rule["id"], rule["source"])
    if not sources:
        return
    paper.sheet()
    paper.heading("Where the rules are written")
    for rule_id, source in sorted(sources.items()):
        paper.put(rule_id, style=BOLD)
        paper.put(source or "not kept with decisions of that time", indent=6)
        paper.gap(1)
    paper.heading("What they were read from")
    for digest, text in document["policies"].items():
        holidays = text["holidays"]
        paper.put(f"Policy {text['version']}", style=BOLD)
        paper.put(
            f"zone data {text['zone_data']}; holiday file for {holidays['valid_from']} to {holidays['valid_until']}"
            f" (SHA-256 {holidays['sha256']}); words {digest}",
            indent=6,
        )
