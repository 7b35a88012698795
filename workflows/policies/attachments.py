"""Who reads a file: whoever may read what holds it."""

from django.apps import apps
from django.db.models import Q

from registers.access import Policy, policy

# related name of what holds a file → its model; every holder scopes its own rows.
HELD_BY = {"submissions": "workflows.Submission", "measure_progress": "workflows.MeasureProgress"}


@policy("workflows.Attachment")
class AttachmentPolicy(Policy):
    def visible(self, rows, actor):
        if not actor.is_authenticated:
            return rows.none()
        found = Q(pk__in=[])
        for name, label in HELD_BY.items():
            found |= Q(**{f"{name}__in": apps.get_model(label).objects.visible_to(actor)})
        return rows.filter(found).distinct()
