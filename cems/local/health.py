"""Asks a web server of CEMS whether it is ready; as a command, the health check of its container."""

import http.client
import os
import sys


def readiness(port: int, host: str = "127.0.0.1") -> tuple[int, str]:
    """What /readyz of the web server on this machine says.

    Args:
        port: where it listens.
        host: the name to ask for, one of CEMS_ALLOWED_HOSTS.

    Returns:
        Its status (0 if nobody answers) and the beginning of its words.
    """
    talk = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        # In production it stands behind a proxy that carries the encryption and says so in this header.
        talk.request("GET", "/readyz", headers={"Host": host, "X-Forwarded-Proto": "https"})
        answer = talk.getresponse()
        return answer.status, answer.read(400).decode("utf-8", errors="replace").strip()
    except (OSError, http.client.HTTPException):
        return 0, ""
    finally:
        talk.close()


def main() -> int:
    """0 if the web server of this container is ready, else 1 with what it says."""
    host = os.environ.get("CEMS_ALLOWED_HOSTS", "127.0.0.1").split(",")[0].strip()
    status, words = readiness(int(os.environ.get("PORT") or "8000"), host)
    if status != 200:
        sys.stderr.write(f"{status} {words}\n")
    return 0 if status == 200 else 1


if __name__ == "__main__":
    sys.exit(main())
