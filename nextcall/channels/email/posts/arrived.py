"""A mail that a service took in for us, as the engine hears it: an answer, a bounce or a complaint. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from email.utils import getaddresses
from typing import Any

from nextcall.channels.contract import DeliveryReport, File, Heard, InboundMessage
from nextcall.channels.email.posts.opening import MOST_FILES, of_message_id
from nextcall.channels.inbound import mail as reader
from nextcall.channels.inbound.html_text import text_of
from nextcall.channels.inbound.mail import Attachment, Mail
from nextcall.channels.inbound.new_words import split
from nextcall.channels.inbound.understanding import Understood, understand_mail


def mail_of(headers: Iterable[tuple[str, str]], *, text: str, html: str = "", files: Sequence[File] = ()) -> Mail:
    """A mail whose parts the service has taken apart: its headers are read as those of a raw one are."""
    pairs = list(headers)[:300]
    lines = [
        f"{name}: {' '.join(value.split())}"
        for name, value in pairs
        if name and name.isascii() and name.isprintable() and ":" not in name and " " not in name
        and not name.lower().startswith(("content-", "mime-version"))
    ]  # fmt: skip
    found = reader.read(
        "\n".join((*lines, "Content-Type: text/plain; charset=utf-8", "", text)).encode("utf-8", "replace")
    )
    if not text.strip() and html:
        found = replace(found, text=text_of(html)[: reader.LONGEST_TEXT])
    declared = [("content-type", value) for name, value in pairs if name.lower() == "content-type"]
    kept = tuple(pair for pair in found.headers if pair[0] != "content-type")
    attachments = tuple(Attachment(one.name, one.content_type, one.content) for one in files[:MOST_FILES])
    return replace(found, html=html[: reader.LONGEST_TEXT], attachments=attachments, headers=(*declared, *kept))


def heard(mail: Mail, *, to: str, stripped: str = "", reference: str = "") -> tuple[Heard, ...]:
    """`to`: the envelope's recipient. `stripped`: the new words as the service found them; read once more by us."""
    found = understand_mail(mail)
    if found.kind in ("bounce", "complaint"):
        return _reports(found)
    words = split(stripped) if stripped.strip() else None
    new = words.new if words and words.new.strip() else found.new
    message = InboundMessage(
        channel="email",
        sender=mail.sender,
        to=to or next(iter(mail.to), ""),
        text=new,
        reference=(mail.message_id or reference)[:110],
        at=mail.date,
        sender_name=mail.sender_name,
        subject=mail.subject,
        quoted=found.quoted,
        message_id=mail.message_id,
        answers=found.answers,
        by_machine=found.signal,
        files=tuple(File(one.name, one.content_type, one.content) for one in mail.attachments),
    )
    return (message,)


def _reports(found: Understood) -> tuple[Heard, ...]:
    """A bounce that came back as a mail: it names the mail it is about by the id that we gave it."""
    ours = next(filter(None, map(of_message_id, found.answers)), "")
    named = next(iter(found.answers), "")
    if found.kind == "complaint":
        return (DeliveryReport(named, "complained", reference=ours, reason=found.signal, at=found.mail.date),)
    return tuple(
        DeliveryReport(
            named,
            "bounced",
            reference=ours,
            recipient=one.recipient,
            permanent=one.permanent,
            problem="bounced" if one.permanent else "",
            code=one.status,
            reason=one.reason,
            at=found.mail.date,
        )
        for one in found.bounces
        if not one.delayed
    )


def header_pairs(values: Any) -> list[tuple[str, str]]:
    """Headers as services write them: pairs, objects with name and value, an object of values or lists, raw lines."""
    if isinstance(values, str):
        raw = reader.read(values.encode("utf-8", "replace"))
        return [(name, value) for name, value in raw.headers]
    pairs: list[tuple[str, str]] = []
    if isinstance(values, Mapping):
        for name, value in list(values.items())[:300]:
            pairs += [(str(name), str(one)) for one in (value if isinstance(value, list) else [value])[:50]]
    for one in values[:300] if isinstance(values, list) else ():
        if isinstance(one, Mapping):
            low = {str(key).lower(): value for key, value in one.items()}
            pairs.append((str(low.get("name", "")), str(low.get("value", ""))))
        elif isinstance(one, list) and len(one) == 2:
            pairs.append((str(one[0]), str(one[1])))
    return pairs


def address(written: str) -> str:
    """The first address in a line of them."""
    return next((found for _, found in getaddresses([reader.unnested(written[:2000])]) if "@" in found), "")[:254]
