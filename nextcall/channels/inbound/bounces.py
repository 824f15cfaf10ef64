"""Mail that a server sends about mail: what did not arrive and why, and who complained. Pure.

Machine-readable reports first (RFC 3464, RFC 5965), wherever in a torn mail they stand; then the words, as servers
write them. Whether an address is dead is decided by the reason, not by the first digit: "550" is also said to spam.
"""

import logging
import re
from collections.abc import Sequence
from dataclasses import dataclass
from email import message_from_string

from flufl.bounce import all_failures

from nextcall.channels.inbound.bounce_reasons import answered, code, why
from nextcall.channels.inbound.mail import Mail

logging.getLogger("flufl.bounce").setLevel(logging.CRITICAL)  # a detector that trips over a mail is no news
_LOOKED_AT = 60_000  # characters of a report
_BEGINNING = 2_000  # of them: where a server says that something did not arrive
_ADDRESS = re.compile(r"[\w.!#$%&'*+/=?^`{|}~-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){0,8}")
_COPIES = ("message/rfc822", "text/rfc822-headers", "message/rfc822-headers", "text/rfc822", "message/global")
_CODE = re.compile(r"(?:^|[\s<>:(\[])[45]\d\d[ -]|#[45]\.\d")
_FIELD = re.compile(
    r"^(final-recipient|original-recipient|action|status|diagnostic-code)[ \t]*:[ \t]*(.{0,2000})$", re.I
)
_FROM_A_SERVER = re.compile(r"^(?:mailer-?daemon|postmaster|mail-?delivery|bounce|mdaemon|mail\.?admin)", re.I)
_MAYBE_A_SERVER = re.compile(r"^(?:post_master|mail\.?delivery|no-?reply|sysadmin|mailer)", re.I)
_TOLD = re.compile(
    r"(?:message|mail|e-?mail|be) .{0,80}(?:could|can) ?not be delivered|could not be delivered to|unable to deliver"
    r"|(?:wasn't|was not|weren't) able to deliver|did not reach the following recipient|trouble delivering your message"
    r"|del[ei]ver\w* (?:to|has|of) .{0,60}(?:failed|aborted)|(?:permanent (?:fatal )?|delivery )errors"
    r"|error .{0,60}(?:trying|attempting) to deliver|error message below",
    re.I,
)
_SUBJECT = re.compile(
    r"undeliver|delivery (?:status|failure|has failed|problem)|mail delivery|returned mail|returned to sender"
    r"|failure notice|mail failed|mail system error|could not be delivered|message not delivered|delivery notification"
    r"|non remis|no se (?:ha podido|pudo) entregar|unzustellbar|nondeliverable|delayed mail"
    r"|warning: (?:message|could not send)",
    re.I,
)
_COPY = re.compile(
    r"^.{0,8}(?:-{2,}|=+)?.{0,30}(?:below this line is a copy|this is a copy of|original message|message text follows"
    r"|returned message|message header|unsent message)",
    re.I,
)
_OF_THE_COPY = re.compile(r"\s*(?:message-id|from|sender|reply-to|return-path|received|references|in-reply-to)\b", re.I)
_COMPLAINT = re.compile(r"^\s*complaint about message|^(?:fw: ?)?(?:abuse|spam) (?:report|complaint)", re.I)


@dataclass(frozen=True, slots=True)
class Bounce:
    """One recipient that was not reached. `permanent`: the address itself is dead. `status` as in RFC 3463, or ""."""

    recipient: str
    permanent: bool
    reason: str
    status: str = ""
    said: str = ""  # the server's own words
    delayed: bool = False  # not given up yet


def complaint(mail: Mail) -> str:
    """The kind of a feedback report (RFC 5965: abuse, fraud, opt-out …), "" if the mail is none."""
    for kind, text in mail.parts:
        if kind == "message/feedback-report":
            found = re.search(r"^feedback-type[ \t]*:[ \t]*([\w-]{1,40})", text[:_LOOKED_AT], re.I | re.M)
            return found[1].lower() if found else "abuse"
    if "feedback-report" in mail.header("content-type").lower() or _COMPLAINT.search(mail.subject):
        return "abuse"
    return ""


def bounces(mail: Mail) -> tuple[Bounce, ...]:
    """Every recipient that the mail says was not reached; () if it is no report about mail."""
    body = "\n".join(text for _, text in mail.parts)[:_LOOKED_AT] or mail.text[:_LOOKED_AT]
    groups = _groups(body)
    reported = [group for group in groups if group.get("action", "").lower() in ("failed", "delayed")]
    if not reported and not _is_report(mail):
        return ()
    own = "\n".join(text for kind, text in mail.parts if kind not in _COPIES)[:_LOOKED_AT]
    words = _before_copy(own or body)
    sections = _sections(words) if len(reported) != 1 else {}
    found = [_from_fields(group, sections, words if len(reported) == 1 else "") for group in reported]
    found = [one for one in found if one.recipient]
    return tuple(found or _from_words(mail, words, sections))


def _is_report(mail: Mail) -> bool:
    if "report-type=delivery-status" in mail.header("content-type").replace('"', "").replace(" ", "").lower():
        return True
    if mail.header("x-failed-recipients"):
        return True
    beginning = " ".join(mail.text[:_BEGINNING].split())
    told = bool(_TOLD.search(beginning) and _ADDRESS.search(beginning))  # of whom: a person may be postmaster too
    if _FROM_A_SERVER.match(mail.sender) or not mail.sender:
        return told or bool(_SUBJECT.search(mail.subject))
    return told and bool(_MAYBE_A_SERVER.match(mail.sender))


def _groups(body: str) -> list[dict[str, str]]:
    """The fields of each recipient; a long field goes on in indented lines."""
    groups: list[dict[str, str]] = []
    current: dict[str, str] = {}
    latest = ""
    for line in body.split("\n"):
        line = line.rstrip("\r")
        field = _FIELD.match(line.strip()) if not line[:1].isspace() or not latest else None
        if field:
            name = field[1].lower()
            if name in current:
                groups.append(current)
                current = {}
            current[name], latest = field[2].strip(), name
        elif latest and line[:1].isspace() and line.strip():
            current[latest] = f"{current[latest]} {line.strip()}"[:2000]
        else:
            latest = ""
            if not line.strip() and "action" in current and {"final-recipient", "original-recipient"} & current.keys():
                groups.append(current)
                current = {}
    return [*groups, current]


def _from_fields(group: dict[str, str], sections: dict[str, str], words: str) -> Bounce:
    named = group.get("original-recipient") or group.get("final-recipient", "")
    final = group.get("final-recipient", "")
    recipient = _address(final) or _address(named)
    status = code(group.get("status", ""))
    mine = words or sections.get(recipient.lower(), "")
    said = group.get("diagnostic-code", "") or _comment(group.get("status", ""))
    said = re.sub(r"^\s*[\w-]{1,20}\s*;\s*", "", said)
    delayed = group.get("action", "").lower() == "delayed"
    inner = code(said)  # what the far server said is nearer the truth than what the near one made of it
    beside = f"{said} {group.get('status', '')} {mine}"
    name, hard = why(said or beside, inner or status, more=beside, command=answered(said) or answered(mine))
    return Bounce(recipient, hard and not delayed, name, inner or status, said[:300], delayed)


def _from_words(mail: Mail, words: str, sections: dict[str, str]) -> list[Bounce]:
    told = "\n".join(line for line in words.split("\n") if not _OF_THE_COPY.match(line))
    listed = list(_ADDRESS.findall(mail.header("x-failed-recipients")))
    listed += [one for one in _scanned(mail) if one in told or one not in words]
    if not listed:
        own = {mail.sender.lower(), *(one.lower() for one in mail.to)}
        listed = [one for one in _ADDRESS.findall(told) if one.lower() not in own and not _FROM_A_SERVER.match(one)]
    recipients = list(dict.fromkeys(one.lower().rstrip(".") for one in listed))[:50]
    recipients.sort(key=lambda one: words.lower().find(one))
    several = len(recipients) > 1
    return [_told(one, (sections.get(one) if several else None) or words) for one in recipients or [""]]


def _told(recipient: str, words: str) -> Bounce:
    name, hard = why(words, code(words), command=answered(words))
    return Bounce(recipient, hard, name, code(words), _coded(words)[:300])


def _coded(words: str) -> str:
    """The first line with a server's code in it."""
    return next((line.strip() for line in words.split("\n") if _CODE.search(line)), "")


def _sections(words: str) -> dict[str, str]:
    """Of a report about several, the lines that are about each: from its address to another's."""
    sections: dict[str, list[str]] = {}
    mine: list[list[str]] = []
    for line in words.split("\n"):
        named = {one.lower() for one in _ADDRESS.findall(line[:2000])}
        if named:
            mine = [sections.setdefault(one, []) for one in named]
        for section in mine:
            section.append(line)
    return {one: "\n".join(lines) for one, lines in sections.items()}


def _scanned(mail: Mail) -> list[str]:
    """What the library makes of odd servers: addresses only."""
    head = "\n".join(f"{name}: {' '.join(value.split())}" for name, value in mail.headers[:60])
    try:
        temporary, permanent = all_failures(message_from_string(f"{head}\n\n{mail.text[:_LOOKED_AT]}"))
    except Exception:  # it reads strangers' mail with a hundred patterns; whatever it trips over is no answer
        return []
    found = [one.decode("utf-8", "replace") if isinstance(one, bytes) else str(one) for one in (*permanent, *temporary)]
    return sorted(one for one in found if "@" in one)


def _before_copy(body: str) -> str:
    """The server's words, without the copy of what we had sent."""
    kept: list[str] = []
    for line in body.split("\n"):
        if _COPY.match(line[:200]) and kept:
            break
        kept.append(line)
    return "\n".join(kept)


def _comment(field: str) -> str:
    """What stands in brackets behind a status: some servers say only there what was wrong."""
    found = re.search(r"\((.{3,300})\)\s*$", field)
    return found[1] if found else ""


def _address(field: str) -> str:
    found = _ADDRESS.search(field.split(";", 1)[-1])
    return found[0] if found else ""


def recipients(found: Sequence[Bounce]) -> tuple[str, ...]:
    """Who was not reached, once each."""
    return tuple(dict.fromkeys(one.recipient for one in found if one.recipient))
