"""The code of a second factor is used up by using it (A1)."""

from allauth.core.internal.cryptokit import compare_user_code
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from allauth.mfa.utils import decrypt

from cems.accounts.models import User
from cems.base.command import command

SPENT = "spent_until"  # in the data of an authenticator: the last step of time whose code was used


@command
def code_spend(user: User | None, *, authenticator: Authenticator, code: str) -> bool:
    """Use up a code; False where it, or a later one, was used before (RFC 6238, 5.2).

    Kept in the database with the secret, for as long as the secret: a cache may be emptied, and forgets sooner than
    the code runs out.
    """
    locked_authenticator = Authenticator.objects.select_for_update(no_key=True).get(pk=authenticator.pk)
    data = locked_authenticator.data
    secret = decrypt(data["secret"])
    later = [step for step in yield_hotp_counters_from_time() if step > data.get(SPENT, 0)]
    matching = [
        step
        for step in later
        if compare_user_code(actual=code, expected=format_hotp_value(hotp_value(secret, step)))
    ]
    if not matching:
        return False
    locked_authenticator.data = {**data, SPENT: max(matching)}
    locked_authenticator.save(update_fields=["data"])
    return True
