"""What a password may be, beside Django's own rules."""

import re
import secrets

from django.conf import settings
from django.contrib.auth.password_validation import MinimumLengthValidator
from django.core.exceptions import ValidationError

from registers import clock

LEAST_BESIDE = 6  # characters that have to be there beside one's own name or number
# Without what looks alike in print: 0 o, 1 l i, 2 z, 5 s.
LEGIBLE = "abcdefghjkmnpqrtuvwxy346789"
PARTS, PART = 3, 4


def legible(length):
    """Return a random text that can be read out and typed."""
    return "".join(secrets.choice(LEGIBLE) for _ in range(length))


def one_time():
    """Return a random password that can be read out and typed."""
    return "-".join(legible(PART) for _ in range(PARTS))


def last_day(at):
    """Return the last day on which a one-time password that was made at ``at`` lets somebody in."""
    return clock.local_day(at) + clock.days(settings.SLIP_DAYS)


class LongEnough(MinimumLengthValidator):
    """Django's validator of the length in words of our own, because its words have no Chinese translation."""

    def get_error_message(self):
        return f"密码太短，至少 {self.min_length} 个字符。"

    def get_help_text(self):
        return self.get_error_message()


class NotOneself:
    """A validator that refuses passwords made of one's own number, name or its pinyin.

    Django's comparison lets a name pass that is written several times.
    """

    def validate(self, password, user=None):
        """Raises ``ValidationError``."""
        if user is None:
            return
        rest = password.lower()
        for own in sorted(self._names(user), key=len, reverse=True):
            rest = rest.replace(own, "")
        if len(rest) < min(LEAST_BESIDE, len(password)):
            raise ValidationError("密码不能由本人的工号、姓名或姓名拼音组成，请换一个。", code="oneself")

    def get_help_text(self):
        return "密码不能由本人的工号、姓名或姓名拼音组成。"

    @staticmethod
    def _names(user):
        texts = (user.number, user.name, user.sort_key, (user.email or "").partition("@")[0])
        parts = {part for text in texts for part in (re.sub(r"\W", "", text), *re.split(r"\W+", text))}
        return {part.lower() for part in parts if len(part) > 1}
