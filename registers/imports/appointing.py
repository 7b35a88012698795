"""What accepted lines do to posts and their holders.

People take posts, leave them, and leave the institution.
An end is a day: whoever held something until then still did so before.
"""

from datetime import date

from registers.actors import ANSWERABLE
from registers.models import Appointment, DomainCharge, Incumbency, Post, User
from registers.posts import free_code


class Posts:
    """Finds or makes the posts that people take, among those that nobody holds on the day.

    ``save`` writes them all.
    """

    def __init__(self, units, on):
        self.on, self.vacant, self.made, self.taken = on, {}, [], []
        self.last, self.serial = {}, {}
        for post, until in Incumbency.objects.filter(post__unit__in=units).values_list("post_id", "until"):
            self.last[post] = date.max if until is None else max(self.last.get(post, until), until)
        for post in Post.objects.existing(on).filter(unit__in=units).order_by("code"):
            if self.last.get(post.pk, on) <= on:
                self.vacant.setdefault((post.unit_id, post.name), []).append(post)
        self.codes = set(Post.objects.values_list("code", flat=True))

    def take(self, unit, name, user, since):
        """Let a person hold a post of this name from ``since`` on.

        It does not begin before its last holder has left it. ``user``: the person's id.
        """
        free = self.vacant.get((unit.pk, name))
        post = free.pop(0) if free else self.make(unit, name)
        self.hold(post, user, since)

    def is_held(self, post):
        """Whether somebody holds this post without an end."""
        return self.last.get(post.pk) == date.max

    def hold(self, post, user, since, *, beside=False):
        """Let a person hold this post, after its last holder or ``beside`` those who hold it.

        ``user``: the person's id.
        """
        since = since or self.on
        first = since if beside else max(since, self.last.get(post.pk, since))
        self.taken.append(Incumbency(post=post, user_id=user, since=first))

    def make(self, unit, name, code="", **values):
        """Return a new post, which has a code of its own."""
        code = code or free_code(unit, self.codes, self.serial)
        self.codes.add(code)
        self.made.append(Post(unit=unit, code=code, name=name, **values))
        return self.made[-1]

    def save(self):
        """Write the new posts, then who holds them."""
        Post.objects.bulk_create(self.made, batch_size=1000)
        Incumbency.objects.bulk_create(self.taken, batch_size=1000)


def end(rows, *, on):
    """End what is held in these rows with the day ``on``.

    What would begin later never does.
    """
    rows.end(on)


def leave(user, *, on):
    """Let a person leave: no account in use, no post, no role, no domain."""
    User.objects.filter(pk=user.pk).update(is_active=False, left_on=on)
    end(Incumbency.objects.filter(user=user), on=on)
    end(Appointment.objects.filter(user=user), on=on)
    end(DomainCharge.objects.filter(user=user), on=on)


def move(user, unit, *, on):
    """Let a person work in another unit: what he held in the old one ends."""
    end(Incumbency.objects.filter(user=user, post__unit=user.unit_id), on=on)
    end(Appointment.objects.filter(user=user, unit=user.unit_id, role__in=ANSWERABLE), on=on)
    User.objects.filter(pk=user.pk).update(unit=unit)
