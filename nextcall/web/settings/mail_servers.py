"""What we know about mail servers: where the big providers' are, and what their refusals mean."""

KNOWN = {  # domain: (server, port, encryption), from the providers' own set-up pages
    "gmail.com": ("smtp.gmail.com", 587, "starttls"),
    "googlemail.com": ("smtp.gmail.com", 587, "starttls"),
    "outlook.com": ("smtp-mail.outlook.com", 587, "starttls"),
    "hotmail.com": ("smtp-mail.outlook.com", 587, "starttls"),
    "live.com": ("smtp-mail.outlook.com", 587, "starttls"),
    "yahoo.com": ("smtp.mail.yahoo.com", 465, "ssl"),
    "aol.com": ("smtp.aol.com", 465, "ssl"),
    "icloud.com": ("smtp.mail.me.com", 587, "starttls"),
    "me.com": ("smtp.mail.me.com", 587, "starttls"),
    "fastmail.com": ("smtp.fastmail.com", 465, "ssl"),
    "zoho.com": ("smtp.zoho.com", 465, "ssl"),
    "gmx.com": ("mail.gmx.com", 587, "starttls"),
    "comcast.net": ("smtp.comcast.net", 587, "starttls"),
}
# what the server or the system says -> what it means and what would be right; the first that fits
MEANINGS = (
    (
        "private network",
        "That server is inside a private network, which is not allowed here. Whoever runs Nextcall allows"
        " it with NEXTCALL_ALLOW_PRIVATE_SMTP=1.",
    ),
    ("no server has the name", "No server has that name. Check the spelling, such as smtp.example.com."),
    (
        "sign-in refused",
        "The server refused the user name or password. Many providers want an app password, made in your"
        " account's security settings there.",
    ),
    (
        "auth extension not supported",
        "The server offers no sign-in here. Choose STARTTLS and port 587, or leave the password empty.",
    ),
    ("certificate", "The server's certificate does not fit its name or has expired. Use the name your provider gives."),
    (
        "wrong version number",
        "Port and encryption do not fit each other. Usual: STARTTLS on 587, TLS from the start on 465.",
    ),
    (
        "starttls extension not supported",
        "The server offers no STARTTLS on this port. Try TLS from the start on port 465.",
    ),
    (
        "sender refused",
        "The server does not let you send from this address. Use an address that belongs to the user name.",
    ),
    ("timed out", "The server did not answer in time. Check the port; some networks block 25. Usual: 587."),
    ("connection refused", "Nothing answers at that server and port. Usual ports: 587 with STARTTLS, 465 with TLS."),
    (
        "unexpectedly closed",
        "The server hung up. Port and encryption may not fit: STARTTLS on 587, TLS from the start on 465.",
    ),
    ("sealed with another key", "The stored password cannot be read any more. Enter it again."),
)


def known_server(address: str) -> tuple[str, int, str] | None:
    return KNOWN.get(address.rpartition("@")[2].lower())


def in_words(error: str) -> str:
    """What went wrong and what would be right, with the server's own words after it."""
    said = error.lower()
    meaning = next((words for sign, words in MEANINGS if sign in said), "The message did not leave.")
    if meaning.startswith(("That server is inside", "No server has", "The stored")):
        return meaning
    return f"{meaning} It said: {error[:120]}"
