"""The embedded Valkey: the queue's broker, on a socket, with an append-only file that survives kill -9."""

import signal
import socket
import subprocess

from cems.local import process
from cems.local.binaries import must_hand_over, valkey_program
from cems.local.folders import Folders, make_private, remove
from cems.local.trouble import Trouble
from cems.local.watch import say


class Valkey:
    """One embedded Valkey server.

    Args:
        folders: where its data and its socket go.
        lasting: False for servers that live as long as one command: nothing is written to disk.
    """

    name = "Valkey"

    def __init__(self, folders: Folders, *, lasting: bool) -> None:
        self.folders = folders
        self.lasting = lasting
        self.socket = folders.sockets / "valkey.sock"
        self.log = folders.logs / "valkey.log"
        self.child: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it and wait until it answers.

        Raises:
            Trouble: it does not, with its last words.
        """
        make_private(self.folders.sockets, must_hand_over())
        make_private(self.folders.valkey)
        command = [valkey_program(), "--port", "0", "--unixsocket", str(self.socket)]
        command += ["--unixsocketperm", "700", "--dir", str(self.folders.valkey), "--save", ""]
        command += ["--appendonly", "yes" if self.lasting else "no", "--maxmemory-policy", "noeviction"]
        if not self._comes_up(command):
            words = process.last_lines(self.log)
            if _is_damaged(words) and self._put_aside() and self._comes_up(command):
                return
            words = process.last_lines(self.log)
            if process.disk_is_full(words):
                raise Trouble("Valkey did not start: the disk is full. Make some room and start again.")
            raise Trouble(f"Valkey did not start. The end of {self.log}:\n{words}")

    def _comes_up(self, command: list[str]) -> bool:
        self.child = process.start(command, self.log)
        if process.wait_until(self.answers, 15, self.child):
            return True
        self.stop()
        return False

    def _put_aside(self) -> bool:
        """Start empty where its file is damaged: what is due is in the database, and is asked for again."""
        aside = self.folders.valkey.with_name("valkey.damaged")
        remove(aside)
        self.folders.valkey.rename(aside)
        make_private(self.folders.valkey)
        say(f"Valkey's file is damaged. It holds nothing that is not in the database: {aside} keeps it.")
        return True

    def answers(self) -> bool:
        """Whether it answers a ping."""
        try:
            with socket.socket(socket.AF_UNIX) as talk:
                talk.settimeout(1)
                talk.connect(str(self.socket))
                talk.sendall(b"PING\r\n")
                return talk.recv(16).startswith(b"+PONG")
        except OSError:
            return False

    def stop(self) -> None:
        """Stop it; safe to call again."""
        if self.child is not None:
            process.stop(self.child, signal.SIGTERM, 10)


def _is_damaged(words: str) -> bool:
    """Whether a server's last words say that it can't read its own file."""
    return any(
        sign in words.lower()
        for sign in ("bad file format", "append only file", "aof manifest", "invalid aof")
    )
