"""Whether what is on record of an organisation came there by files and desks, as their traces say."""

from registers.models import (
    Appointment,
    AuditEntry,
    ImportedFile,
    OrganisationChange,
    Post,
    Regulation,
    Unit,
    User,
)


def by_nobody():
    """Return the units, posts, people, roles and regulations of which no file and no desk says that it brought them.

    The school itself and its first administrator are made on the server.
    """
    acts = set(AuditEntry.objects.values_list("act", "about"))
    joined = ImportedFile.objects.filter(kind="people").exclude(accepted_at=None).values_list("result", flat=True)
    brought = {("person.add", f"registers.user:{pk}") for result in joined for pk in result["joined"]} | acts
    changes = set(OrganisationChange.objects.values_list("kind", "unit", "post"))
    first = Appointment.objects.get(role="sys_admin")
    return [
        *(row for row in Unit.objects.exclude(parent=None) if ("added", row.pk, None) not in changes),
        *(row for row in Post.objects.all() if ("post_added", row.unit_id, row.pk) not in changes),
        *(row for row in User.objects.exclude(pk=first.user_id) if ("person.add", _named(row)) not in brought),
        *(row for row in Appointment.objects.exclude(pk=first.pk) if ("role.appoint", _named(row)) not in acts),
        *(row for row in Regulation.objects.all() if ("regulation.add", _named(row)) not in acts),
    ]


def _named(row):
    return f"{row._meta.label_lower}:{row.pk}"
