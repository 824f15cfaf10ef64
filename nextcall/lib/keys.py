"""Secret keys kept in files beside the database, readable by their owner alone."""

import os
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable
from pathlib import Path

from cryptography.fernet import Fernet
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat


def token() -> str:
    return secrets.token_urlsafe(50)


def fernet() -> str:
    return Fernet.generate_key().decode()


def vapid() -> str:
    """A P-256 key as push services want it: its 32 bytes, base64url."""
    return _written(ec.generate_private_key(ec.SECP256R1()).private_numbers().private_value.to_bytes(32, "big"))


def vapid_public(private: str) -> str:
    """The half that browsers are given."""
    point = ec.derive_private_key(int.from_bytes(_read(private), "big"), ec.SECP256R1()).public_key()
    return _written(point.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint))


def ed25519() -> str:
    """A key that signs: its 32 bytes, base64url."""
    return _written(Ed25519PrivateKey.generate().private_bytes_raw())


def unwritten(written: str) -> bytes:
    """The bytes of a key as `ed25519` wrote it."""
    return _read(written)


def read_or_make(path: Path, make: Callable[[], str] = token) -> str:
    """The key in `path`, made on first use. Two processes that start at once get the same one."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        fresh = make()
        draft = path.with_name(f"{path.name}.{os.getpid()}")
        draft.touch(mode=0o600)
        draft.write_text(fresh)
        try:
            os.link(draft, path)  # fails if the other process was first
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return path.read_text().strip()


def _written(key: bytes) -> str:
    return urlsafe_b64encode(key).rstrip(b"=").decode()


def _read(written: str) -> bytes:
    return urlsafe_b64decode(written + "=" * (-len(written) % 4))
