"""A real IMAP server for the tests: Dovecot, thrown away afterwards, on a free port, without root's rights."""

import getpass
import imaplib
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from imap_tools.imap_utf7 import utf7_encode

from tests.channels.certificate import make_certificate

DOVECOT = shutil.which("dovecot", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin")
USER, PASSWORD = "hazel@seller.example", 'swordfish "9'
OTHER = "team@seller.example"  # another mailbox there, with the same password
CONFIG = """
base_dir = {home}/run
state_dir = {home}/state
log_path = {home}/log
protocols = imap
listen = 127.0.0.1
default_internal_user = {user}
default_login_user = {user}
default_internal_group = {group}
ssl = yes
ssl_cert = <{home}/cert.pem
ssl_key = <{home}/key.pem
disable_plaintext_auth = no
auth_mechanisms = plain login xoauth2 oauthbearer
mail_location = maildir:{home}/mail/%u
mail_max_userip_connections = 100
first_valid_uid = 1
first_valid_gid = 1
{oauth}
passdb {{
  driver = passwd-file
  args = scheme=PLAIN {home}/users
}}
userdb {{
  driver = static
  args = uid={user} gid={group} home={home}/mail/%u
}}
namespace inbox {{
  inbox = yes
  separator = /
  mailbox "Sent Items" {{
    special_use = \\Sent
    auto = create
  }}
  mailbox Notes {{
    auto = create
  }}
}}
service anvil {{
  chroot =
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = {tls_port}
    ssl = yes
  }}
}}
service stats {{
  chroot =
}}
"""


OAUTH = """
passdb {{
  driver = oauth2
  mechanisms = xoauth2 oauthbearer
  args = {home}/oauth2.conf
}}
"""


@dataclass
class ImapServer:
    """What runs, and how a mail gets into it as if delivered."""

    port: int
    tls_port: int
    home: Path
    certificate: Path
    user: str = USER
    password: str = PASSWORD

    def session(self) -> imaplib.IMAP4:
        box = imaplib.IMAP4("127.0.0.1", self.port)
        box.login(self.user, self.password)
        return box

    def deliver(self, *mails: bytes, folder: str = "INBOX") -> None:
        box = self.session()
        for mail in mails:
            assert box.append(_quoted(folder), None, None, mail)[0] == "OK"  # type: ignore[arg-type]
        box.logout()

    def lying_in(self, folder: str) -> list[tuple[bytes, bytes]]:
        """Flags and text of every mail there."""
        box = self.session()
        box.select(_quoted(folder), readonly=True)
        _, parts = box.uid("FETCH", "1:*", "(FLAGS BODY.PEEK[])")
        box.logout()
        return [(part[0], part[1]) for part in parts if isinstance(part, tuple)]

    def make_folder(self, name: str) -> None:
        box = self.session()
        assert box.create(_quoted(name))[0] == "OK"
        box.logout()

    def remove_folder(self, name: str) -> None:
        box = self.session()
        assert box.delete(_quoted(name))[0] == "OK"
        box.logout()

    def number_anew(self) -> None:
        """What a server does that lost its index, or was replaced: UIDs begin anew, with another validity."""
        for name in (self.home / "mail" / self.user).glob("dovecot*"):
            if name.name.startswith("dovecot-uidvalidity"):
                continue  # it counts on from there; without it, the same second gives the same validity
            with suppress(IsADirectoryError):
                name.unlink()


@contextmanager
def imap_server(*, token_info: str = "") -> Iterator[ImapServer]:
    """`token_info`: the address that says whose an access token is, which Dovecot then asks (XOAUTH2)."""
    assert DOVECOT, "Dovecot is not installed: script/setup --dev installs it (apt-get install dovecot-imapd)"
    home = Path(tempfile.mkdtemp(prefix="nc-imap-", dir="/tmp"))  # a socket's path may have 100 letters
    as_user = pwd.getpwnam("nobody") if os.getuid() == 0 else pwd.getpwnam(getpass.getuser())
    port, tls_port = _free_port(), _free_port()
    make_certificate(home)
    for name in ("run", "state", "mail"):
        (home / name).mkdir()
    import grp

    group = grp.getgrgid(as_user.pw_gid).gr_name
    config = CONFIG.format(
        oauth=OAUTH.format(home=home) if token_info else "",
        home=home,
        user=as_user.pw_name,
        group=group,
        port=port,
        tls_port=tls_port,
    )
    (home / "users").write_text("".join(f"{user}:{{PLAIN}}{PASSWORD}\n" for user in (USER, OTHER)))
    asks = f"tokeninfo_url = {token_info}\nusername_attribute = email\n"
    (home / "oauth2.conf").write_text(asks if token_info else "")
    (home / "dovecot.conf").write_text(config)
    if os.getuid() == 0:
        for path in [home, *home.rglob("*")]:
            os.chown(path, as_user.pw_uid, as_user.pw_gid)
    process = subprocess.Popen(
        [DOVECOT, "-F", "-c", str(home / "dovecot.conf")],
        **({"user": as_user.pw_uid, "group": as_user.pw_gid, "extra_groups": []} if os.getuid() == 0 else {}),
    )
    try:
        _wait_for(port, process, home)
        yield ImapServer(port, tls_port, home, home / "cert.pem")
    finally:
        process.send_signal(signal.SIGTERM)
        with suppress(subprocess.TimeoutExpired):
            process.wait(10)
        process.kill()
        process.wait()
        shutil.rmtree(home, ignore_errors=True)


def _quoted(folder: str) -> str:
    return utf7_encode(f'"{folder}"').decode()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_for(port: int, process: subprocess.Popen[bytes], home: Path) -> None:
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1) as one:
            if one.recv(4) == b"* OK":
                return
        if process.poll() is not None:
            break
        time.sleep(0.05)  # a port that opens tells nobody
    log = home / "log"
    raise AssertionError(f"Dovecot does not answer: {log.read_text() if log.exists() else process.returncode}")
