"""What one inbound mail is: an answer, a bounce, a complaint, an automatic reply. Pure."""

import re
from dataclasses import dataclass
from typing import Literal

from nextcall.channels.inbound import automatic
from nextcall.channels.inbound.bounces import Bounce, bounces, complaint
from nextcall.channels.inbound.mail import Mail, read
from nextcall.channels.inbound.new_words import split

Kind = Literal["reply", "bounce", "complaint", "auto_reply"]
_OURS = re.compile(r"^(?:message-id|in-reply-to)[ \t]*:[ \t\r\n]*(<[^<>\s]{1,250}>)", re.I | re.M)


@dataclass(frozen=True, slots=True)
class Understood:
    """A mail and what it is. `new` holds the words written now; `answers` the ids of our mails that it may be about."""

    kind: Kind
    mail: Mail
    new: str
    quoted: str
    bounces: tuple[Bounce, ...] = ()
    signal: str = ""  # what shows that a machine wrote it; the kind of a complaint
    answers: tuple[str, ...] = ()


def understand(raw: bytes) -> Understood:
    """Never raises; whatever cannot be told is a reply, which a person reads."""
    return understand_mail(read(raw))


def understand_mail(mail: Mail) -> Understood:
    """The same of a mail that a provider has taken apart."""
    words = split(mail.text)
    complains = complaint(mail)
    if complains:
        return Understood("complaint", mail, words.new, words.quoted, signal=complains, answers=_returned(mail))
    came_back = bounces(mail)
    if came_back:
        return Understood("bounce", mail, words.new, words.quoted, came_back, answers=_returned(mail))
    by_machine = automatic.signal(mail)
    answers = tuple(dict.fromkeys(filter(None, (mail.in_reply_to, *reversed(mail.references)))))
    return Understood(
        "auto_reply" if by_machine else "reply", mail, words.new, words.quoted, signal=by_machine, answers=answers
    )


def _returned(mail: Mail) -> tuple[str, ...]:
    """The ids of the mails that a report encloses or answers."""
    enclosed = [found for kind, text in mail.parts for found in _OURS.findall(text[:50_000]) if kind != "text/html"]
    enclosed += _OURS.findall(mail.text[:50_000])
    told = [one for one in (*enclosed, mail.in_reply_to, *mail.references) if one and one != mail.message_id]
    return tuple(dict.fromkeys(told))[:20]
