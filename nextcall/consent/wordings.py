"""Which version of a permission's words somebody saw: the same text is the same version, wherever it was shown."""

import hashlib
import re
import unicodedata
from functools import lru_cache


@lru_cache(maxsize=1000)
def version_of(wording: str) -> str:
    """Ten hexadecimal digits that name the text, "" for none. Spaces and line ends do not make another version."""
    text = re.sub(r"\s+", " ", unicodedata.normalize("NFC", wording)).strip()
    return hashlib.sha256(text.encode()).hexdigest()[:10] if text else ""
