"""What somebody without the key might do to a pack: each edit is a function of a file and a random generator."""

import copy
import io
import json
import random
import zipfile
from collections.abc import Callable
from typing import Any

from nextcall.lib import canonical
from nextcall.proof import archive, records, signing, table

Edit = Callable[[bytes, random.Random], bytes]


def members_of(file: bytes) -> dict[str, bytes]:
    return archive.read(file)[0]


def packed(members: dict[str, bytes], rng: random.Random) -> bytes:
    """As anybody would zip it again: now and then our own way, so that the container gives nothing away."""
    if rng.random() < 0.5:
        return archive.written(members)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", rng.choice([zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])) as zipped:
        for name, body in members.items():
            zipped.writestr(name, body)
    return out.getvalue()


def flip_in_the_file(file: bytes, rng: random.Random) -> bytes:
    place = rng.randrange(len(file))
    return file[:place] + bytes([file[place] ^ (1 << rng.randrange(8))]) + file[place + 1 :]


def flip_in_a_member(file: bytes, rng: random.Random) -> bytes:
    members = members_of(file)
    name = rng.choice(list(members))
    members[name] = flip_in_the_file(members[name], rng)
    return packed(members, rng)


def cut(file: bytes, rng: random.Random) -> bytes:
    return file[: rng.randrange(len(file) // 2, len(file))]


def trail(file: bytes, rng: random.Random) -> bytes:
    return file + rng.randbytes(rng.randrange(1, 50))


def precede(file: bytes, rng: random.Random) -> bytes:
    return rng.randbytes(rng.randrange(1, 50)) + file


def remove_a_member(file: bytes, rng: random.Random) -> bytes:
    members = members_of(file)
    del members[rng.choice([name for name in members if name != signing.NAME])]
    return packed(members, rng)


def remove_the_manifest(file: bytes, rng: random.Random) -> bytes:
    members = members_of(file)
    del members[signing.NAME]
    return packed(members, rng)


def add_a_member(file: bytes, rng: random.Random) -> bytes:
    return packed({**members_of(file), f"note-{rng.randrange(99)}.txt": rng.randbytes(20)}, rng)


def rename_a_member(file: bytes, rng: random.Random) -> bytes:
    members = members_of(file)
    name = rng.choice(list(members))
    return packed({(f"{key}~" if key == name else key): body for key, body in members.items()}, rng)


def swap_two_members(file: bytes, rng: random.Random) -> bytes:
    members = members_of(file)
    a, b = rng.sample(list(members), 2)
    members[a], members[b] = members[b], members[a]
    return packed(members, rng)


def reorder_the_members(file: bytes, rng: random.Random) -> bytes:
    members = members_of(file)
    names = list(members)
    while names == list(members):
        rng.shuffle(names)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as zipped:
        for name in names:
            zipped.writestr(zipfile.ZipInfo(name, archive.EPOCH), members[name])
    return out.getvalue()


def _on_records(change: Callable[[list[dict[str, Any]], random.Random], None]) -> Edit:
    def edit(file: bytes, rng: random.Random) -> bytes:
        """The attacker goes as far as the dice say: the record, its hashes, the table, the manifest's hashes."""
        members = members_of(file)
        document = json.loads(members["proof.json"])
        was = copy.deepcopy(document["records"])
        while document["records"] == was:
            change(document["records"], rng)
        depth = rng.randrange(4)
        if depth >= 1:
            _chain_again(document["records"])
        members["proof.json"] = canonical.written(document) + b"\n"
        if depth >= 2:
            members[table.NAME] = table.table(document)
        if depth >= 3:
            _list_again(members, document["records"])
        return packed(members, rng)

    return edit


def _chain_again(found: list[dict[str, Any]]) -> None:
    bare = [{key: value for key, value in one.items() if key not in ("n", *records.LINKS)} for one in found]
    found[:] = records.chained(bare)


def _list_again(members: dict[str, bytes], found: list[dict[str, Any]]) -> None:
    """Everything but the signature, which takes the key."""
    import hashlib

    manifest = json.loads(members[signing.NAME])
    for name, body in members.items():
        if name in manifest["manifest"]["files"]:
            manifest["manifest"]["files"][name] = {"sha256": hashlib.sha256(body).hexdigest(), "bytes": len(body)}
    manifest["manifest"]["records"] = {"count": len(found), "hashes": [one["hash"] for one in found]}
    members[signing.NAME] = canonical.written(manifest) + b"\n"


def _edit(found: list[dict[str, Any]], rng: random.Random) -> None:
    record = rng.choice(found)
    key = rng.choice([key for key in record if key not in ("n", *records.LINKS)])
    value = record[key]
    if isinstance(value, str):
        record[key] = value + "x"
    elif isinstance(value, dict) and value:
        inner = rng.choice(list(value))
        value[inner] = "other" if value[inner] != "other" else None
    elif isinstance(value, list) and value:
        value.pop(rng.randrange(len(value)))
    else:
        record[key] = "other"


def _delete(found: list[dict[str, Any]], rng: random.Random) -> None:
    del found[rng.randrange(len(found))]


def _insert(found: list[dict[str, Any]], rng: random.Random) -> None:
    fresh = copy.deepcopy(rng.choice(found))
    fresh["at"] = "2026-11-23T18:00:00.000000Z"
    found.insert(rng.randrange(len(found) + 1), fresh)


def _duplicate(found: list[dict[str, Any]], rng: random.Random) -> None:
    found.insert(rng.randrange(len(found) + 1), copy.deepcopy(rng.choice(found)))


def _swap(found: list[dict[str, Any]], rng: random.Random) -> None:
    a, b = rng.sample(range(len(found)), 2)
    found[a], found[b] = found[b], found[a]


def edit_outside_the_records(file: bytes, rng: random.Random) -> bytes:
    """A permission's wording, a withdrawal's time, the words of a rule, a count."""
    members = members_of(file)
    document = json.loads(members["proof.json"])
    part = rng.choice(["permissions", "withdrawals", "policies", "counts", "account", "chain", "asked", "made_at"])
    where = document[part]
    if part == "withdrawals":
        where[0][rng.choice(list(where[0]))] = "other"
    elif part == "made_at":
        document[part] = "2020-01-01T00:00:00.000000Z"
    else:
        where[rng.choice(list(where))] = "other"
    members["proof.json"] = canonical.written(document) + b"\n"
    if rng.random() < 0.5:
        _list_again(members, document["records"])
    return packed(members, rng)


def edit_the_table(file: bytes, rng: random.Random) -> bytes:
    members = members_of(file)
    lines = members[table.NAME].split(b"\r\n")
    place = rng.randrange(1, len(lines) - 1)
    match rng.randrange(3):
        case 0:
            del lines[place]
        case 1:
            lines.insert(place, lines[place])
        case _:
            lines[place] = lines[place].replace(b"-", b"+", 1)
    members[table.NAME] = b"\r\n".join(lines)
    if rng.random() < 0.5:
        _list_again(members, json.loads(members["proof.json"])["records"])
    return packed(members, rng)


def edit_the_manifest(file: bytes, rng: random.Random) -> bytes:
    members = members_of(file)
    manifest = json.loads(members[signing.NAME])
    says = manifest["manifest"]
    match rng.randrange(5):
        case 0:
            says["made_at"] = "2020-01-01T00:00:00.000000Z"
        case 1:
            says["records"]["hashes"].pop(rng.randrange(len(says["records"]["hashes"])))
        case 2:
            del says["files"][rng.choice(list(says["files"]))]
        case 3:
            manifest["signature"] = rng.randbytes(64).hex()
        case _:
            says["chain"]["number"] += 1
    members[signing.NAME] = canonical.written(manifest) + b"\n"
    return packed(members, rng)


def write_the_manifest_in_another_form(file: bytes, rng: random.Random) -> bytes:
    members = members_of(file)
    members[signing.NAME] = json.dumps(json.loads(members[signing.NAME]), indent=rng.choice([None, 1, 2])).encode()
    return packed(members, rng)


def write_the_records_in_another_form(file: bytes, rng: random.Random) -> bytes:
    members = members_of(file)
    members["proof.json"] = json.dumps(json.loads(members["proof.json"]), indent=rng.choice([None, 1, 2])).encode()
    return packed(members, rng)


EDITS: list[Edit] = [
    flip_in_the_file,
    flip_in_a_member,
    cut,
    trail,
    precede,
    remove_a_member,
    remove_the_manifest,
    add_a_member,
    rename_a_member,
    swap_two_members,
    reorder_the_members,
    _on_records(_edit),
    _on_records(_delete),
    _on_records(_insert),
    _on_records(_duplicate),
    _on_records(_swap),
    edit_outside_the_records,
    edit_the_table,
    edit_the_manifest,
    write_the_manifest_in_another_form,
    write_the_records_in_another_form,
]
