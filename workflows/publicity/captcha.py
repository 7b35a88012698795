"""The question at the public door (验证码): proof that a person sends the form, without another server.

A form carries a signed token with a random number, the time at which it was made, what it is for, and the answer in a form
that nobody can read. A token is good for one objection: its random number makes the receipt code.
"""

import secrets
import unicodedata
from dataclasses import dataclass

from django.core import signing
from django.utils.crypto import constant_time_compare, salted_hmac

from registers.refusals import Refused

SALT = "workflows.publicity.captcha"
FASTEST, LONGEST = 3, 4 * 3600  # seconds between opening a form and sending it
DIGITS = "零一二三四五六七八九"
WRONG = "算式的答案不对，请回答新的一题。所填内容仍在。"
OLD = "本页打开得太久，请回答新的一题后再提交。所填内容仍在。"
FAST = "提交得太快，请稍等几秒再点一次。所填内容仍在。"


@dataclass(frozen=True)
class Question:
    """A question in words, and the token by which its answer is known."""

    words: str
    token: str


def ask(purpose, *, at):
    """Return a new ``Question`` for a form that serves ``purpose`` (a text)."""
    first, second = (11 + secrets.randbelow(39) for _ in "ab")
    nonce = secrets.token_hex(16)
    words = f"{in_words(first)}加{in_words(second)}等于多少？"
    token = {"n": nonce, "t": int(at.timestamp()), "p": purpose, "a": _sealed(nonce, first + second), "q": words}
    return Question(words, signing.dumps(token, salt=SALT))


def nonce_of(token, answer, purpose, *, at):
    """Return the random number of a form whose question was answered.

    Raises ``Refused``: the answer is wrong (also where the token is none of ours), the form is too old, or was sent at once.
    """
    try:
        known = signing.loads(token, salt=SALT)
    except signing.BadSignature:
        raise Refused(OLD, "answer") from None
    age = int(at.timestamp()) - known["t"]
    if known["p"] != purpose or not -LONGEST < age < LONGEST:
        raise Refused(OLD, "answer")
    if not constant_time_compare(known["a"], _sealed(known["n"], number_in(answer))):
        raise Refused(WRONG, "answer")
    if 0 <= age < FASTEST:
        raise Refused(FAST, "")
    return known["n"]


def again(token):
    """Return the ``Question`` of a token once more, None where it is none of ours."""
    try:
        return Question(signing.loads(token, salt=SALT)["q"], token)
    except signing.BadSignature:
        return None


def in_words(number):
    """Return a number from 11 to 99 as it is read in Chinese."""
    tens, ones = divmod(number, 10)
    return ("" if tens == 1 else DIGITS[tens]) + "十" + (DIGITS[ones] if ones else "")


def number_in(answer):
    """Return the number that was typed, in digits of any width or in Chinese, -1 where it is none."""
    typed = unicodedata.normalize("NFKC", answer).strip()
    if typed.isascii() and typed.isdecimal() and len(typed) <= 3:
        return int(typed)
    return next((number for number in range(11, 100) if in_words(number) == typed), -1)


def _sealed(nonce, number):
    return salted_hmac(SALT, f"{nonce}:{number}", algorithm="sha256").hexdigest()
