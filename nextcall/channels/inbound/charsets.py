"""Bytes of a mail as text, by the charset that they say, or by the one that they are really in. Pure, linear."""

import codecs

# Programs name a charset and write its larger cousin, as browsers know: https://encoding.spec.whatwg.org/#names-and-labels
_MEANT = {
    "gb2312": "gb18030", "gbk": "gb18030", "euc_kr": "cp949", "shift_jis": "cp932", "big5": "cp950",
    "iso8859-1": "cp1252", "ascii": "utf-8", "iso8859-9": "cp1254",
}  # fmt: skip
_KNOWN_AS = {
    "x-sjis": "cp932", "x-gbk": "gb18030", "iso-8859-8-i": "iso8859-8", "iso-8859-8-e": "iso8859-8",
    "unicode-1-1-utf-7": "utf-7", "x-mac-roman": "mac-roman", "x-user-defined": "cp1252", "utf8mb4": "utf-8",
    "x-unknown": "utf-8", "unknown-8bit": "utf-8", "default": "utf-8",
}  # fmt: skip


def decoded(content: bytes, declared: str) -> str:
    """Never raises: what fits nothing is read byte by byte."""
    named = _KNOWN_AS.get(declared.strip().lower(), declared.strip())
    meant = _MEANT.get(_name(named), "")
    for charset in filter(is_charset, (meant, named, "utf-8", "cp1252")):
        try:
            return content.decode(charset)
        except (LookupError, ValueError):
            continue
    return content.decode("latin-1")


def is_charset(name: str) -> bool:
    """Whether Python knows it, and reads it in linear time: names of hosts are no charset, though they have codecs."""
    return _name(name) not in ("", "punycode", "idna")


def _name(charset: str) -> str:
    try:
        return codecs.lookup(charset).name if charset else ""
    except (LookupError, ValueError, TypeError):
        return ""
