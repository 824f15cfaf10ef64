"""Pages and engine as one supervised command.

The parent imports no Django: it starts what is needed as processes of their own, starts them again when they
die, and ends them within five seconds. `python -m nextcall.serve` is the first of them: it brings the database up
to date and prints the way in.
"""

import ctypes
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from types import FrameType

KILL_AFTER_SECONDS = 3.5  # asked to end, and did not
LONGEST_PAUSE_SECONDS = 30.0
STEADY_AFTER_SECONDS = 60.0  # ran this long: the next start needs no pause
GIVE_UP_AFTER = 5  # deaths in a row of a page server that never ran steadily
PR_SET_PDEATHSIG = 1


class CannotServe(Exception):
    """Says in one line what stands in the way."""


@dataclass
class Child:
    """One process under supervision."""

    name: str
    command: Sequence[str]
    vital: bool  # without it there is nothing to serve; the engine may wait for an older one to end
    process: subprocess.Popen[bytes] | None = None
    began: float = 0.0
    deaths: int = 0  # in a row
    steady: bool = False  # whether it ever ran for STEADY_AFTER_SECONDS
    again_at: float = field(default=0.0)

    def start(self, now: float) -> None:
        # A session of its own: Ctrl-C reaches the parent alone, and what the child started ends with it.
        self.process = subprocess.Popen(self.command, start_new_session=True, preexec_fn=end_with_parent)
        self.began = now

    def note_death(self, now: float) -> float:
        """Seconds to wait before it may start again: longer each time, from nothing after a steady run."""
        self.kill()
        if now - self.began >= STEADY_AFTER_SECONDS:
            self.deaths, self.steady = 0, True
        self.deaths += 1
        pause = min(LONGEST_PAUSE_SECONDS, 0.25 * 2.0 ** min(self.deaths, 10))
        self.process, self.again_at = None, now + pause
        return pause

    def kill(self) -> None:
        if self.process is not None:
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()


class Supervisor:
    """Keeps children running until it is told to end."""

    def __init__(self, children: Sequence[Child]) -> None:
        self.children = children
        self.ending = False

    def run(self) -> int:
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self.end)
        try:
            while not self.ending:
                for child in self.children:
                    self.look_after(child)
                time.sleep(0.1)
        finally:
            self.stop_all()
        return 0

    def look_after(self, child: Child) -> None:
        now = time.monotonic()
        if child.process is None:
            if now >= child.again_at:
                child.start(now)
        elif child.process.poll() is not None:
            code, pause = child.process.returncode, child.note_death(now)
            if child.vital and child.deaths >= GIVE_UP_AFTER and not child.steady:
                raise CannotServe(f"the {child.name} ended {child.deaths} times in a row; its last words are above")
            tell(f"the {child.name} ended (status {code}); it starts again in {pause:.1f} s")

    def end(self, _number: int, _frame: FrameType | None) -> None:
        self.ending = True

    def stop_all(self) -> None:
        running = [child for child in self.children if child.process is not None]
        for child in running:
            if child.process is not None:
                child.process.terminate()
        deadline = time.monotonic() + KILL_AFTER_SECONDS
        for child in running:
            if child.process is not None:
                with suppress(subprocess.TimeoutExpired):
                    child.process.wait(timeout=max(0.0, deadline - time.monotonic()))
            child.kill()


def end_with_parent() -> None:
    """On Linux the kernel ends the child when the parent is killed, so that no engine is left over."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def tell(what: str) -> None:
    print(f"nextcall: {what}", file=sys.stderr, flush=True)


def page_server(host: str, port: int) -> list[str]:
    return [
        sys.executable, "-m", "granian", "--interface", "asgi", "--host", host, "--port", str(port),
        "--workers", "1", "--workers-kill-timeout", "2", "--no-ws",  # open streams would hold it up for good
        "--log-level", "warning", "nextcall.asgi:application",
    ]  # fmt: skip


def refuse_busy(host: str, port: int) -> None:
    try:
        with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((host, port))
    except OSError as error:
        raise CannotServe(f"cannot listen on {host} port {port}: {error.strerror}; try --port {port + 1}") from error


def serve(*, host: str, port: int, engine: bool) -> int:
    """Runs until SIGTERM or SIGINT. Raises CannotServe with one line to read."""
    refuse_busy(host, port)
    os.environ.setdefault("NEXTCALL_URL", f"http://localhost:{port}")
    if subprocess.run([sys.executable, "-m", "nextcall.serve"]).returncode:
        raise CannotServe("the database is not ready; the lines above say why. `nextcall doctor` looks closer")
    children = [Child("page server", page_server(host, port), vital=True)]
    if engine:
        children.append(Child("engine", [sys.executable, "-m", "nextcall", "engine"], vital=False))
    return Supervisor(children).run()


def prepare() -> None:
    """Migrations, then the address and, until an owner has signed in, a one-time link."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "nextcall.settings")
    import django

    django.setup()
    from django.conf import settings
    from django.core.management import call_command
    from django.utils import timezone

    from nextcall.team import members, sign_in

    call_command("migrate", verbosity=0, interactive=False)
    owner = members.first_owner(at=timezone.now())
    print(f"Nextcall serves at {settings.URL}", flush=True)
    if owner.last_login is None:
        link = sign_in.make_link(owner, at=timezone.now())
        print(f"Sign in once, within 15 minutes, at {settings.URL}{link}", flush=True)


if __name__ == "__main__":
    prepare()
