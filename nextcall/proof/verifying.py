"""Whether a pack is what was signed, and if not, what was done to it and where. Pure: no database, no network."""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from nextcall.proof import archive, records, signing, table
from nextcall.proof.archive import NotAPack

JSON = "proof.json"
MOST_FINDINGS = 50  # of one kind: a file that is another from end to end need not be listed line by line

__all__ = ["NotAPack", "Verdict", "verify"]


@dataclass(slots=True)
class Verdict:
    """What was found. No finding: the pack is whole."""

    findings: list[str] = field(default_factory=list)
    fingerprint: str = ""
    records: int = 0
    about: Mapping[str, Any] = field(default_factory=dict)

    @property
    def whole(self) -> bool:
        return not self.findings


def verify(raw: bytes, *, key: str = "") -> Verdict:
    """Check a whole file. `key`: the fingerprint that the signature must be of. Raises NotAPack."""
    members, wrong = archive.read(raw)
    if signing.NAME not in members and JSON not in members:
        raise NotAPack("it is a zip file, but neither proof.json nor manifest.json is in it")
    verdict = Verdict(wrong)
    manifest = _manifest(members, verdict, key)
    if manifest is not None:
        verdict.findings += _files(members, manifest)
        verdict.findings += _records(members, manifest, verdict)
    if verdict.whole and archive.written(members) != raw:
        verdict.findings.append(f"the file around its members was changed, at byte {_differs(members, raw)}")
    return verdict


def _manifest(members: Mapping[str, bytes], verdict: Verdict, key: str) -> Mapping[str, Any] | None:
    if signing.NAME not in members:
        verdict.findings.append("manifest.json was taken out: nothing says what the pack held")
        return None
    try:
        found = signing.read(members[signing.NAME])
    except ValueError as error:
        verdict.findings.append(f"manifest.json was changed: it cannot be read ({str(error)[:120]})")
        return None
    verdict.fingerprint = found.fingerprint
    if not found.signed:
        verdict.findings.append("manifest.json was changed: its signature does not fit")
    elif not found.whole:
        verdict.findings.append("manifest.json was written anew: its words are signed, its form is not ours")
    if key and not signing.same_fingerprint(key, found.fingerprint):
        verdict.findings.append(f"it is signed by another key: {found.fingerprint}")
    verdict.about = found.says
    return found.says


def _files(members: Mapping[str, bytes], manifest: Mapping[str, Any]) -> Iterator[str]:
    listed = manifest.get("files", {})
    if not isinstance(listed, dict):
        yield "manifest.json lists no files"
        return
    for name, says in listed.items():
        if name not in members:
            yield f"{name} was taken out"
        elif hashlib.sha256(members[name]).hexdigest() != (says if isinstance(says, dict) else {}).get("sha256"):
            yield f"{name} was changed: its SHA-256 is not the manifest's"
    for name in members:
        if name not in listed and name != signing.NAME:
            yield f"{name} was put in"


def _records(members: Mapping[str, bytes], manifest: Mapping[str, Any], verdict: Verdict) -> Iterator[str]:
    try:
        document = json.loads(members.get(JSON, b""), object_pairs_hook=_once)
        found = document["records"]
        verdict.records = len(found)
        listed = [str(one) for one in manifest["records"]["hashes"]]
        hashes = [records.hash_of(record, str(record.get("previous"))) for record in found]
        yield from _some(_against(found, hashes, listed))
        yield from _some(_inside(found, hashes))
        yield from _csv(members, document)
    except (ValueError, KeyError, TypeError, AttributeError, IndexError, RecursionError) as error:
        if JSON in members:
            yield f"proof.json cannot be read: {' '.join(str(error).split())[:120]}"


def _against(found: Sequence[Any], hashes: Sequence[str], listed: Sequence[str]) -> Iterator[str]:
    """The records against the signed list of their hashes: edited, missing, put in, in another order."""
    places = {hash: number for number, hash in enumerate(listed, 1)}
    met: set[str] = set()
    edited, latest = set(), 0
    for place, (record, hash) in enumerate(zip(found, hashes, strict=True), 1):
        number = record.get("n")
        signed = places.get(hash)
        if signed is None:
            known = isinstance(number, int) and 0 < number <= len(listed) and number not in edited
            if known and listed[number - 1] == record.get("hash"):
                edited.add(number)
                yield f"record {number} was edited"
            elif known and not any(one.get("n") == number for one in found if one is not record):
                edited.add(number)
                yield f"record {number} was edited, and its hash made to fit"
            else:
                yield f"a record was put in, at place {place}"
        elif hash in met:
            yield f"record {signed} is there twice, again at place {place}"
        else:
            met.add(hash)
            if signed < latest:
                yield f"record {signed} stands behind record {latest}: the order was changed"
            latest = max(latest, signed)
    for number, hash in enumerate(listed, 1):
        if hash not in met and number not in edited:
            yield f"record {number} is missing"


def _inside(found: Sequence[Any], hashes: Sequence[str]) -> Iterator[str]:
    """The chain in the pack, and each record's place in the account's."""
    previous = records.BEFORE_THE_FIRST
    for place, (record, hash) in enumerate(zip(found, hashes, strict=True), 1):
        if record.get("n") != place or record.get("previous") != previous:
            yield f"the chain breaks at place {place}, record {record.get('n')}"
        elif record.get("hash") != hash:
            yield f"record {place} does not have the hash that its words give"
        problem = records.seal_problem(record)
        if problem:
            yield f"record {place}: {problem}"
        previous = record.get("hash")


def _csv(members: Mapping[str, bytes], document: Mapping[str, Any]) -> Iterator[str]:
    """The table says what the records say, line by line."""
    ours, theirs = table.table(document).split(b"\r\n"), members.get(table.NAME, b"").split(b"\r\n")
    if ours == theirs or table.NAME not in members:
        return
    place = next((n for n, (a, b) in enumerate(zip(ours, theirs, strict=False), 1) if a != b), None)
    line = place or min(len(ours), len(theirs)) + 1
    yield f"{table.NAME} and proof.json differ, first at line {line}"


def _some(findings: Iterator[str]) -> Iterator[str]:
    for nth, finding in enumerate(findings):
        if nth == MOST_FINDINGS:
            yield "and more of the same"
            return
        yield finding


def _once(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name stands twice in one object")
    return found


def _differs(members: Mapping[str, bytes], raw: bytes) -> int:
    ours = archive.written(members)
    return next((n for n, (a, b) in enumerate(zip(ours, raw, strict=False)) if a != b), min(len(ours), len(raw)))
