"""Something the person at the terminal can mend, said in plain words and without a traceback."""


class Trouble(Exception):
    """A start that cannot go on.

    Args:
        message: what is wrong and what to do about it; shown as it is.
        code: the exit code of the command (1 unless a caller must tell cases apart).
    """

    def __init__(self, message: str, code: int = 1) -> None:
        super().__init__(message)
        self.code = code
