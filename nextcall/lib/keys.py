"""Secret keys kept in files beside the database, readable by their owner alone."""

import os
import secrets
from pathlib import Path

from cryptography.fernet import Fernet


def read_or_make(path: Path, *, fernet: bool = False) -> str:
    """The key in `path`, made on first use. Two processes that start at once get the same one."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        fresh = Fernet.generate_key().decode() if fernet else secrets.token_urlsafe(50)
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
