"""A name server on this machine, over UDP: the records that a test gives it."""

import socket
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import dns.flags
import dns.message
import dns.rcode
import dns.rrset

SILENT = "silent."


@contextmanager
def name_server(zone: Mapping[str, list[tuple[str, str]]]) -> Iterator[int]:
    """Its port. `zone`: name with its dot → [(type, data)]; other names do not exist; silent. gets no answer."""
    server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    server.bind(("127.0.0.1", 0))
    running = threading.Thread(target=_serve, args=(server, zone), daemon=True)
    running.start()
    try:
        yield server.getsockname()[1]
    finally:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stop:
            stop.sendto(b"", server.getsockname())
        running.join()
        server.close()


def _serve(server: socket.socket, zone: Mapping[str, list[tuple[str, str]]]) -> None:
    while True:
        packet, asker = server.recvfrom(4096)
        if not packet:
            return
        question = dns.message.from_wire(packet)
        answer = dns.message.make_response(question)
        answer.flags |= dns.flags.RA
        name = question.question[0].name.to_text().lower()
        if name.endswith(SILENT):
            continue
        if name not in zone:
            answer.set_rcode(dns.rcode.NXDOMAIN)
        while name in zone:
            target = ""
            for kind, data in zone[name]:
                answer.answer.append(dns.rrset.from_text(name, 60, "IN", kind, data))
                target = data if kind == "CNAME" else target
            name = target
        server.sendto(answer.to_wire(), asker)
