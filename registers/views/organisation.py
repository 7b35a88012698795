"""Units and their people, for looking up."""

from django.db.models import Count, Q
from django.shortcuts import get_object_or_404, render

from registers.actors import ROLE_LABELS
from registers.models import Appointment, Incumbency, LeadingGroup, Post, PowerItem, Unit


def unit_list(request):
    """All units as a tree, with how many posts and risk posts each has. Context: ``units``."""
    units = Unit.objects.visible_to(request.actor).with_tree_fields().annotate(
        post_count=Count("posts", filter=Q(posts__closed_on=None)),
        risk_post_count=Count("posts", filter=Q(posts__closed_on=None, posts__is_risk_post=True)),
    )
    return render(request, "registers/unit_list.html", {"units": units})


def unit_detail(request, code):
    """One unit: its people in charge, leading group, posts with holders, powers."""
    unit = get_object_or_404(Unit.objects.visible_to(request.actor).select_related("parent"), code=code)
    on = request.actor.on
    held = {row.post_id: row.user for row in Incumbency.objects.visible_to(request.actor).in_force(on).filter(post__unit=unit).select_related("user")}
    posts = [(post, held.get(post.pk)) for post in Post.objects.visible_to(request.actor).filter(unit=unit, closed_on=None)]
    appointments = Appointment.objects.visible_to(request.actor).in_force(on).filter(unit=unit).select_related("user")
    group = LeadingGroup.objects.visible_to(request.actor).in_force(on).filter(unit=unit).first()
    return render(request, "registers/unit_detail.html", {
        "unit": unit, "posts": posts, "group": group,
        "members": group.members.select_related("user") if group else [],
        "appointments": [(ROLE_LABELS[row.role], row.user) for row in appointments],
        "powers": PowerItem.objects.visible_to(request.actor).in_force(on).filter(unit=unit).select_related("accountable_post"),
    })
