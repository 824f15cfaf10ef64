"""Mails that people and servers write, invented, as bytes."""


def mail(body: str, *, subject: str = "Re: Your tour", kind: str = "text/plain", **headers: str) -> bytes:
    """One mail from Hazel; header names have _ for -."""
    head = {
        "From": "Hazel Thorne <hazel@example.com>",
        "To": "ann@harbor.example",
        "Subject": subject,
        "Date": "Tue, 24 Nov 2026 10:00:00 -0700",
        "Message-ID": "<h1@example.com>",
        "Content-Type": f'{kind}; charset="utf-8"',
    } | {name.replace("_", "-"): value for name, value in headers.items()}
    lines = "".join(f"{name}: {value}\n" for name, value in head.items())
    return f"{lines}\n{body}".encode()


def bounced(*, status: str, said: str, action: str = "failed", to: str = "gone@example.com") -> bytes:
    """A delivery report as RFC 3464 has it."""
    return f"""Return-Path: <>
From: MAILER-DAEMON@mx.example.net (Mail Delivery System)
To: ann@harbor.example
Subject: Undelivered Mail Returned to Sender
Date: Tue, 24 Nov 2026 10:00:00 -0700
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="B"

--B
Content-Type: text/plain

I'm sorry to have to inform you that your message could not be delivered.

--B
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.net

Final-Recipient: rfc822; {to}
Action: {action}
Status: {status}
Diagnostic-Code: smtp; {said}

--B
Content-Type: message/rfc822

Message-ID: <touch-7@harbor.example>
From: ann@harbor.example
To: {to}
Subject: Your tour

Hello
--B--
""".encode()
