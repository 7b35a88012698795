"""The page of one post."""

from django.db.models import F
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from registers.models import Incumbency, Post, RiskPoint
from registers.views.hints import hints_about
from registers.views.organisation import crumbs_of


@require_safe
def post_detail(request, code):
    """Show one post: its duties, its holders over time, and the risk points the reader may see.

    Context: ``post``, ``crumbs``, ``hints``, ``duties``, ``holders`` (newest first), ``points`` (visible ones, gravest
    first).
    """
    post = get_object_or_404(Post.objects.visible_to(request.actor).select_related("unit"), code=code)
    points = RiskPoint.objects.visible_to(request.actor).in_force(request.actor.on)
    return render(
        request,
        "registers/post_detail.html",
        {
            "post": post,
            "crumbs": crumbs_of(post.unit),
            "hints": hints_about(request.actor, post.unit, post=post),
            "duties": post.duties.all(),
            "holders": Incumbency.objects.visible_to(request.actor)
            .filter(post=post)
            .select_related("user")
            .order_by("-since"),
            "points": points.filter(post=post)
            .select_related("category", "final_grade", "holder")
            .order_by(F("final_grade__rank").asc(nulls_last=True), "category__position", "pk"),
        },
    )
