"""The member's own phone and mail program: links that open them, ready to send. Nothing leaves by itself."""

from urllib.parse import quote

NOWHERE = "#sample"  # where the links of invented people lead


def link(*, channel: str, to: str, subject: str = "", body: str = "", sample: bool = False) -> str:
    """What a tap opens: `tel:`, `sms:` or `mailto:`. Empty for a channel that a handset does not have.

    `sample`: an invented person, whom nobody is to dial or write to.
    """
    if sample:
        return NOWHERE
    if channel in ("call", "voicemail"):
        return f"tel:{quote(to, safe='+')}"
    if channel == "text":
        # RFC 5724 knows only "?body="; Android and iOS both read it.
        return f"sms:{quote(to, safe='+')}" + (f"?body={quote(body, safe='')}" if body else "")
    if channel == "email":
        fields = [f"{name}={quote(value, safe='')}" for name, value in (("subject", subject), ("body", body)) if value]
        return f"mailto:{quote(to, safe='@')}" + ("?" + "&".join(fields) if fields else "")
    return ""
