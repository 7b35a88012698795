"""Texts that stand in the database encrypted: only a process with a key reads them.

``SEAL_KEYS`` names the keys, the newest first: it encrypts, all of them decrypt. Behind them comes a key made of SECRET_KEY, so that
a site without keys of its own has one. ``manage.py reseal`` brings every row under the newest. A sealed text tells nothing of
when it was written.
"""

from base64 import urlsafe_b64encode
from functools import lru_cache

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.core.exceptions import FieldError
from django.db import models
from django.utils.crypto import salted_hmac

from registers.refusals import Refused

SALT = "registers.sealed"
UNREADABLE = "这一项用已停用的密钥加密，无法显示。请系统管理员在 SEAL_KEYS 中补回原来的密钥。"


def sealed(text):
    """Return ``text`` encrypted with the newest key."""
    return _keys(tuple(settings.SEAL_KEYS), settings.SECRET_KEY).encrypt_at_time(text.encode(), 0).decode()


def opened(token):
    """Return the text of which ``sealed`` made ``token``. Raises ``Refused`` where no key fits."""
    try:
        return _keys(tuple(settings.SEAL_KEYS), settings.SECRET_KEY).decrypt(token.encode()).decode()
    except InvalidToken:
        raise Refused(UNREADABLE) from None


@lru_cache(maxsize=8)
def _keys(named, secret):
    made = urlsafe_b64encode(salted_hmac(SALT, "", secret=secret, algorithm="sha256").digest())
    return MultiFernet([Fernet(key) for key in (*named, made)])


class SealedField(models.TextField):
    """A text that is encrypted in the database. An empty one stays empty.

    Nothing can be searched or sorted by it. To the database it is a text as any other.
    """

    def deconstruct(self):
        name, _, arguments, options = super().deconstruct()
        return name, "django.db.models.TextField", arguments, options

    def from_db_value(self, value, expression, connection):
        """Return the text of a column's value."""
        return opened(value) if value else value

    def get_prep_value(self, value):
        """Return what is written into the column."""
        return sealed(str(value)) if value else value

    def get_lookup(self, lookup_name):
        """Refuse every search: the same text never stands there twice alike."""
        raise FieldError(f"{self.name} is sealed, nothing can be searched by it.")


def reseal(model):
    """Encrypt the sealed texts of every row of ``model`` with the newest key.

    Return how many rows were written, and the ids of those that no key opens.
    """
    fields = [field.attname for field in model._meta.concrete_fields if isinstance(field, SealedField)]
    written, closed = 0, []
    for pk in model._base_manager.order_by("pk").values_list("pk", flat=True):
        try:
            row = model._base_manager.only("pk", *fields).get(pk=pk)
        except Refused:
            closed.append(pk)
            continue
        row.save(update_fields=fields)
        written += 1
    return written, closed


def sealed_models(models_of_site):
    """Return those of the site's models that have sealed texts."""
    return [
        model
        for model in models_of_site
        if any(isinstance(field, SealedField) for field in model._meta.concrete_fields)
    ]
