"""Who leads (领导班子和领导干部): heads of units and leading teams.

Also the posts that they hold, and the points of both.

Source: R0-30, R2-07, R4-20.
"""

from django.db.models import Q

from registers.models import Appointment, Incumbency, Post

LABEL = "领导班子和领导干部"
LEADERS = ("unit_head", "leader_in_charge", "school_group", "party_committee")


def posts(on):
    """Return the condition of posts that lead.

    They are the 领导岗位, and the posts held on the day by heads and by leaders of the school.
    """
    appointed = Appointment.objects.in_own_right().in_force(on).filter(role__in=LEADERS).order_by().values("user")
    held = Incumbency.objects.in_force(on).filter(user__in=appointed).order_by().values("post")
    return Q(tier=Post.Tier.LEADING) | Q(pk__in=held)


def of_posts(path, on):
    """Return the condition of rows whose post, by ``path``, leads."""
    return Q(**{f"{path}__in": Post.objects.filter(posts(on)).order_by().values("pk")})


def of_points(on):
    """Return the condition of points of those who lead, and of the leading team of the school as a whole."""
    return of_posts("post", on) | Q(level="school")
