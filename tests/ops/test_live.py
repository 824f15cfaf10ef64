"""/live on a real server: an event reaches an open page in a second, and no open page holds up the end."""

import http.client
import json
import re
import signal
import sqlite3
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from urllib.parse import urlencode

import pytest

from tests.ops.running import run, serving, status

pytestmark = pytest.mark.slow
EVENT = "INSERT INTO nextcall_event (account_id, kind, at, data) VALUES (?, ?, '2026-11-22 10:00:00', '{}')"


def enter(port: int, home: Path) -> str:
    """The cookies of a member who came in by a one-time link."""
    link = re.search(r"/sign-in/link/\S+/", run(home, "sign-in").stdout)
    assert link
    talk = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    talk.request("GET", link[0])
    page = talk.getresponse()
    token = re.search(r'csrfmiddlewaretoken" value="(\w+)"', page.read().decode())
    csrf = re.search(r"csrftoken=(\w+)", page.headers["Set-Cookie"])
    assert token and csrf
    sent = {"Cookie": f"csrftoken={csrf[1]}", "Content-Type": "application/x-www-form-urlencoded"}
    talk.request("POST", link[0], urlencode({"csrfmiddlewaretoken": token[1]}), sent)
    answer = talk.getresponse()
    answer.read()
    session = re.search(r"sessionid=(\w+)", " ".join(answer.headers.get_all("Set-Cookie") or []))
    assert session, answer.status
    return f"sessionid={session[1]}"


def listen(port: int, cookie: str) -> http.client.HTTPResponse:
    talk = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    talk.request("GET", "/live", headers={"Cookie": cookie, "Accept": "text/event-stream"})
    return talk.getresponse()


def message(stream: http.client.HTTPResponse) -> dict[str, str]:
    """The next message, by its fields."""
    fields: dict[str, str] = {}
    while True:
        line = stream.readline().decode().rstrip("\n")
        if not line:
            return fields
        name, _, value = line.partition(": ")
        fields[name] = value


@pytest.fixture(scope="module")
def served(made_home: Path) -> Iterator[tuple[subprocess.Popen[str], int, str]]:
    with serving(made_home, "--no-engine") as (process, port):
        yield process, port, enter(port, made_home)


def happens(home: Path, kind: str, *, account: int = 1) -> None:
    with closing(sqlite3.connect(home / "nextcall.sqlite3", timeout=20)) as database:
        database.execute(EVENT, [account, kind])
        database.commit()


def test_what_happens_reaches_an_open_page_within_a_second(
    served: tuple[subprocess.Popen[str], int, str], made_home: Path
) -> None:
    _, port, cookie = served
    stream = listen(port, cookie)
    assert stream.status == 200 and stream.headers["Content-Type"].startswith("text/event-stream")
    hello = message(stream)
    assert hello["event"] == "hello" and json.loads(hello["data"])["latest"] >= 0
    began = time.monotonic()
    happens(made_home, "message.received")
    assert json.loads(message(stream)["data"]) == {"kind": "message.received", "lead": None}
    assert time.monotonic() - began < 1.5
    stream.close()


def test_without_a_session_it_says_that_one_is_gone(served: tuple[subprocess.Popen[str], int, str]) -> None:
    assert message(listen(served[1], "sessionid=planted"))["event"] == "gone"
    assert message(listen(served[1], ""))["event"] == "gone"


def test_a_member_has_six_streams_and_closed_ones_do_not_count(served: tuple[subprocess.Popen[str], int, str]) -> None:
    _, port, cookie = served
    open_ones = [listen(port, cookie) for _ in range(6)]
    assert [message(one)["event"] for one in open_ones] == ["hello"] * 6
    assert message(listen(port, cookie))["event"] == "full"
    for one in open_ones:
        one.close()
    deadline = time.monotonic() + 10
    while message(again := listen(port, cookie))["event"] != "hello":
        assert time.monotonic() < deadline, "closed streams are still counted"
        time.sleep(0.1)
    again.close()


def test_pages_and_machines_are_served_beside_open_streams(served: tuple[subprocess.Popen[str], int, str]) -> None:
    _, port, cookie = served
    stream = listen(port, cookie)
    assert message(stream)["event"] == "hello"
    assert [status(port, path) for path in ("/healthz", "/metrics", "/sign-in/", "/nowhere/")] == [200, 200, 200, 404]
    stream.close()


def test_a_large_upload_and_a_forged_proxy_header_meet_the_pages_as_they_are(
    served: tuple[subprocess.Popen[str], int, str],
) -> None:
    _, port, _ = served
    talk = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    talk.request("POST", "/imports/", b"x" * 600_000, {"Content-Type": "application/octet-stream"})
    assert talk.getresponse().status == 403  # read whole, then refused for want of a token
    talk = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    talk.request("GET", "/metrics", headers={"X_Forwarded_For": "203.0.113.9"})
    assert talk.getresponse().status == 200  # dropped: as from here


def test_open_streams_do_not_hold_up_the_end(home: Path) -> None:
    with serving(home, "--no-engine") as (process, port):
        streams = [listen(port, "") for _ in range(2)]
        streams += [listen(port, enter(port, home))]
        assert message(streams[-1])["event"] == "hello"
        began = time.monotonic()
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=8) == 0
        assert time.monotonic() - began < 5
