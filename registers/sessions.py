"""Who is signed in: session and user, which every request reads, by statements made once."""

from functools import cache

from django.contrib.auth import get_user_model
from django.contrib.auth.backends import ModelBackend
from django.contrib.sessions.backends import db
from django.utils import timezone

from registers.prepared import Given, Prepared


class SessionStore(db.SessionStore):
    """Sessions in the database, as Django keeps them."""

    def load(self):
        """Return what the session holds, nothing where there is none or where it has ended."""
        for data, ends_at in _session().of(key=self.session_key):
            if ends_at > timezone.now():
                return self.decode(data)
        self._session_key = None
        return {}


class People(ModelBackend):
    """Signs people in by number and password, as Django does."""

    def get_user(self, user_id):
        """Return the person of a session, None where he may not sign in any more."""
        user = next(iter(_user().of(pk=user_id)), None)
        return user if user is not None and self.user_can_authenticate(user) else None


@cache
def _session():
    rows = SessionStore.get_model_class().objects.filter(session_key=Given("key"))
    return Prepared(rows.values_list("session_data", "expire_date"), planned=True)


@cache
def _user():
    return Prepared(get_user_model().objects.filter(pk=Given("pk")).order_by(), planned=True)
