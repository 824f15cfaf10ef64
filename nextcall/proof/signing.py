"""The manifest of a pack and its signature by the installation's key (Ed25519, RFC 8032). Pure."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from nextcall.lib import canonical, keys

FORMAT = "nextcall manifest 1"
NAME = "manifest.json"


@dataclass(frozen=True, slots=True)
class Manifest:
    """What was read of a manifest, and whether its signature fits it."""

    says: Mapping[str, Any]
    signed: bool
    fingerprint: str  # of the key that the manifest names
    whole: bool  # its bytes are as we write them


def fingerprint(public: bytes) -> str:
    """SHA-256 of the 32 bytes of the public key: in hex, in groups of four."""
    found = hashlib.sha256(public).hexdigest()
    return " ".join(found[place : place + 4] for place in range(0, 64, 4))


def same_fingerprint(ours: str, theirs: str) -> bool:
    """Whether both mean the same key, however they are grouped."""
    return _bare(ours) == _bare(theirs)


def is_fingerprint(written: str) -> bool:
    """Whether this can be a fingerprint at all: 64 hexadecimal digits."""
    bare = _bare(written)
    return len(bare) == 64 and all(letter in "0123456789abcdef" for letter in bare)


def _bare(written: str) -> str:
    return "".join(letter for letter in written.lower() if letter not in " :-\t\n")


def own_fingerprint(private: str) -> str:
    """The fingerprint of the installation's key."""
    return fingerprint(_private(private).public_key().public_bytes_raw())


def _private(written: str) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(keys.unwritten(written))


def manifest(*, files: Mapping[str, bytes], hashes: Sequence[str], about: Mapping[str, Any], private: str) -> bytes:
    """The signed manifest. `hashes`: of the records, in their order; `about`: the pack's own words on itself."""
    key = _private(private)
    public = key.public_key().public_bytes_raw()
    says = {
        "format": FORMAT,
        **about,
        "files": {
            name: {"sha256": hashlib.sha256(body).hexdigest(), "bytes": len(body)} for name, body in files.items()
        },
        "records": {"count": len(hashes), "hashes": list(hashes)},
        "key": {"algorithm": "Ed25519", "public": public.hex(), "fingerprint": fingerprint(public)},
    }
    return canonical.written({"manifest": says, "signature": key.sign(_message(says)).hex()}) + b"\n"


def read(written: bytes) -> Manifest:
    """Raises ValueError when it is no manifest at all."""
    try:
        found = json.loads(written)
        says, signature = found["manifest"], found["signature"]
        if says["format"] != FORMAT:
            raise ValueError(f"its format is {str(says['format'])[:40]!r}, not {FORMAT!r}")
        public = bytes.fromhex(says["key"]["public"])
        whole = canonical.written(found) + b"\n" == written
    except (KeyError, TypeError, AttributeError, RecursionError) as error:
        raise ValueError(f"something is missing in it: {error}") from None
    return Manifest(says, _fits(public, signature, says), fingerprint(public), whole)


def _fits(public: bytes, signature: object, says: Mapping[str, Any]) -> bool:
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(bytes.fromhex(str(signature)), _message(says))
    except (InvalidSignature, ValueError):
        return False
    return True


def _message(says: Mapping[str, Any]) -> bytes:
    return f"{FORMAT}\n".encode() + canonical.written(says)
