"""The page of one post."""

from django.db.models import F
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from registers import clock, establishment
from registers.access import can
from registers.models import Incumbency, Post, PowerItem, ProcessStep, RiskPoint
from registers.models.spans import is_closed
from registers.views.hints import hints_about
from registers.views.organisation import crumbs_of


@require_safe
def post_detail(request, code):
    """Show one post: its duties, its holders over time, and the risk points the reader may see.

    Context: ``post``, its ``places``, ``crumbs``, ``hints``, ``duties``, ``powers`` (for which it answers or of which it does a step,
    each with its ``own_steps``), ``holders`` (newest first), ``points`` (visible ones, gravest first), ``may_manage``.
    """
    found = Post.objects.visible_to(request.actor).select_related("unit", "backup")
    found = establishment.with_places(found, request.actor.on)
    post = get_object_or_404(found, code=code)
    points = RiskPoint.objects.visible_to(request.actor).in_force(request.actor.on)
    return render(
        request,
        "registers/post_detail.html",
        {
            "post": post,
            "crumbs": crumbs_of(post.unit),
            "hints": hints_about(request.actor, post.unit, post=post),
            "places": establishment.of_post(post),
            "duties": post.duties.all(),
            "powers": _powers_of(request, post),
            "may_manage": can(request.actor, "manage", post.unit) and not is_closed(post, request.actor.on),
            "holders": _holders_of(request, post),
            "points": points.filter(post=post)
            .select_related("category", "final_grade", "holder")
            .order_by(F("final_grade__rank").asc(nulls_last=True), "category__position", "pk"),
        },
    )


def _holders_of(request, post):
    """Return who has held a post, newest first, each with its ``last`` day, if known, and whether that ``is_over``."""
    rows = Incumbency.objects.visible_to(request.actor).filter(post=post).select_related("user").order_by("-since")
    rows = list(rows)
    for row in rows:
        row.last = row.until - clock.days(1) if row.until else None
        row.is_over = row.until is not None and row.until <= request.actor.on
    return rows


def _powers_of(request, post):
    """Return the powers in force for which a post answers, or of which it does a step, each with the post's own steps."""
    # Of both in one condition no database uses an index.
    answers = PowerItem.objects.filter(accountable_post=post).order_by().values("pk")
    does = ProcessStep.objects.filter(post=post).order_by().values("power_item")
    powers = PowerItem.objects.visible_to(request.actor).in_force(request.actor.on)
    powers = list(powers.filter(pk__in=answers.union(does)).prefetch_related("steps"))
    for power in powers:
        steps = enumerate(power.steps.all(), start=1)
        power.own_steps = [(number, step) for number, step in steps if step.post_id == post.pk]
    return powers
