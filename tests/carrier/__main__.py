"""The carrier as a process of its own: python -m tests.carrier FILE; prints its address, and appends what it takes.

It writes a text's number down, through to the disk, before it answers, and takes ten milliseconds to answer: whoever is
killed between does not know that the carrier has it.
"""

import os
import signal
import sys
import threading

from tests.carrier.server import Sent, carrier

ANSWERS_AFTER = 0.01  # seconds


def main() -> None:
    file = os.open(sys.argv[1], os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    over = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: over.set())

    def keep(text: Sent) -> None:
        os.write(file, f"{text.to} {text.sender}\n".encode())

    with carrier() as line:
        line.keep = keep
        line.answers_after = ANSWERS_AFTER
        print(line.url, flush=True)
        over.wait()


if __name__ == "__main__":
    main()
