"""One post: duties, holders over time, and its points as far as the reader may see them."""

from django.shortcuts import get_object_or_404, render

from registers.models import Incumbency, Post, RiskPoint


def post_detail(request, code):
    """Context: ``post``, ``duties``, ``holders``, ``points`` (visible ones in force)."""
    post = get_object_or_404(Post.objects.visible_to(request.actor).select_related("unit"), code=code)
    return render(request, "registers/post_detail.html", {
        "post": post, "duties": post.duties.all(),
        "holders": Incumbency.objects.visible_to(request.actor).filter(post=post).select_related("user").order_by("-since"),
        "points": RiskPoint.objects.visible_to(request.actor).in_force(request.actor.on).filter(post=post).select_related("category", "final_grade"),
    })
