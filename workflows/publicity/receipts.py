"""Receipt codes (查询码): by one, whoever objected without signing in follows the answer.

Only its digest is stored. A code has a hundred random bits. It is made from the random number in a form, so that a form that is
sent twice gets one code.
"""

import re

from django.utils.crypto import salted_hmac

from registers.text import digest_of_text
from workflows.models import Clue, Objection

SIGNS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # no I, L, O, U: they are read as 1, 0 and V
LENGTH, GROUP = 20, 4
SALT = "workflows.publicity.receipts"
LOOKS_LIKE = str.maketrans("OILＯＩＬ", "011011")


def code_for(nonce):
    """Return the code that belongs to the random number of one form."""
    number = int.from_bytes(salted_hmac(SALT, nonce, algorithm="sha256").digest())
    return "".join(SIGNS[number >> 5 * place & 31] for place in range(LENGTH))


def shown(code):
    """Return a code as people read and write it, in groups."""
    return "-".join(code[start : start + GROUP] for start in range(0, LENGTH, GROUP))


def plain(typed):
    """Return the code in what somebody has typed, empty where it is none."""
    signs = re.sub(r"[\s\-—_－]", "", typed).upper().translate(LOOKS_LIKE)
    return signs if len(signs) == LENGTH and set(signs) <= set(SIGNS) else ""


def digest_of(code):
    """Return what is stored of a code."""
    return digest_of_text(code)


def holder(typed):
    """Return the ``Objection`` or ``Clue`` to which a typed code belongs, None where there is none."""
    if not (code := plain(typed)):
        return None
    digest = digest_of(code)
    return _objections().filter(code_digest=digest).first() or Clue.objects.filter(code_digest=digest).first()


def as_it_stands(thing):
    """Return the same objection or clue as it stands now."""
    return (_objections() if isinstance(thing, Objection) else Clue.objects).get(pk=thing.pk)


def _objections():
    return Objection.objects.select_related("notice__unit", "into", "submission")
