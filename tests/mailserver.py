"""A real SMTP server on a loopback port, for tests of what a mail server may do to us."""

import email
import email.policy
import logging
import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from cps_portal.dev.processes import free_port

logging.getLogger("mail.log").setLevel(logging.ERROR)


class MailServer:
    """Keeps the mails it took. `conduct` says what it does at the end of each mail:

    "take", "refuse" (451), "reject" (554); "hang" and "reset" before taking it; "keep" and "drop" after
    taking it: no answer, or a broken line.
    """

    def __init__(self) -> None:
        self.conduct = "take"
        self.mails: list[EmailMessage] = []
        self.connections = 0
        self.hanging = threading.Event()
        self.port = free_port()
        self.controller: Controller | None = None

    async def handle_EHLO(
        self, server: SMTP, session: Session, envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        session.host_name = hostname
        self.connections += 1
        return responses

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        if self.conduct in {"take", "keep", "drop"}:
            self.mails.append(email.message_from_bytes(envelope.content, policy=email.policy.default))
        if self.conduct in {"hang", "keep"}:
            self.hanging.set()
            await server.loop.create_future()
        if self.conduct in {"reset", "drop"}:
            peer = server.transport.get_extra_info("socket")
            peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            server.transport.abort()
        return {"refuse": "451 Not now", "reject": "554 Not ever"}.get(self.conduct, "250 Taken")

    def open(self) -> None:
        """Answer on the port, which stays the same after a closure."""
        self.controller = Controller(self, hostname="127.0.0.1", port=self.port, ready_timeout=10)
        self.controller.start()

    def shut(self) -> None:
        """Answer no more: connections are refused."""
        if self.controller is not None:
            self.controller.stop(no_assert=True)
            self.controller = None

    @property
    def subjects(self) -> list[str]:
        return [str(mail["Subject"]) for mail in self.mails]


@contextmanager
def mail_server() -> Iterator[MailServer]:
    """A running server for the length of a block."""
    server = MailServer()
    server.open()
    try:
        yield server
    finally:
        server.shut()
