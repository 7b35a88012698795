"""How many people hold a post, against how many may (核定职数): 缺编 or 超编. It warns, and refuses nothing."""

from dataclasses import dataclass

from django.db.models import Count, F, OuterRef, Subquery
from django.db.models.functions import Coalesce

from registers.models import Incumbency

STATES = {"short": "缺编", "over": "超编"}


@dataclass(frozen=True)
class Places:
    """The places of a post.

    ``authorised``: how many there are, None where nobody has said it. ``held``: how many are taken.
    """

    authorised: int | None
    held: int

    @property
    def over(self):
        """How many people there are more than places, negative where there are fewer.

        0 where nobody has said how many there may be.
        """
        return 0 if self.authorised is None else self.held - self.authorised

    @property
    def words(self):
        """缺编 1 or 超编 1, empty where there are as many people as places or nobody has said how many."""
        return f"{STATES['over' if self.over > 0 else 'short']} {abs(self.over)}" if self.over else ""

    @property
    def tone(self):
        """The tone of its badge."""
        return "danger" if self.over > 0 else "warn"


def with_places(posts, on):
    """Annotate ``posts`` with the number of their holders on a day (``held``), for ``of_post``."""
    held = Incumbency.objects.in_force(on).filter(post=OuterRef("pk")).order_by().values("post")
    return posts.annotate(
        held=Coalesce(Subquery(held.annotate(number=Count("user", distinct=True)).values("number")), 0)
    )


def of_post(post):
    """Return the ``Places`` of a post that was read by ``with_places``."""
    return Places(post.authorised, post.held)


def narrowed(posts, state):
    """Keep the ``posts`` (of ``with_places``) that have too few people (``short``) or too many (``over``).

    Any other ``state`` keeps all.
    """
    if state not in STATES:
        return posts
    return posts.filter(held__gt=F("authorised")) if state == "over" else posts.filter(held__lt=F("authorised"))


def of_unit(posts):
    """Return (places, people, how many lack, how many are too many) of posts that say their places.

    ``posts``: of ``with_places``. None where no post says them. One query.
    """
    known = posts.exclude(authorised=None).order_by()
    counted = [Places(*row) for row in known.values_list("authorised", "held")]
    if not counted:
        return None
    lacking = sum(max(0, -places.over) for places in counted)
    beyond = sum(max(0, places.over) for places in counted)
    return sum(places.authorised for places in counted), sum(places.held for places in counted), lacking, beyond
