"""Meetings and documents in numbers, for the tests of what a page costs."""

from tests import factories
from workflows.models import Activity, Attendance, ReadingDocument, ReadReceipt


def one_more(crowd):
    """A meeting of the unit, of the new one and of the school, a document to read; the oldest get a person more each time."""
    campus, day, at = crowd.campus, crowd.clock.today, crowd.clock.now
    told = {"campaign": crowd.year.campaign, "title": f"会{crowd.size}"}
    for unit in (campus.unit, crowd.unit, campus.root):
        Activity.objects.create(
            unit=unit, kind="mobilisation", held_on=day, recorded_by=crowd.person, recorded_at=at, **told
        )
    document = ReadingDocument.objects.create(unit=campus.root, published_by=crowd.person, published_at=at, **told)
    for user in (campus.head, campus.clerk):
        ReadReceipt.objects.create(document=document, user=user)
    newcomer = factories.make_person(f"新{crowd.size}", campus.unit)
    for activity in {Activity.objects.order_by("pk").first(), Activity.objects.get(unit=crowd.unit)}:
        Attendance.objects.create(activity=activity, user=newcomer)
    ReadReceipt.objects.create(document=ReadingDocument.objects.order_by("pk").first(), user=newcomer)


def oldest():
    """The keys of the oldest of each, by which the pages about one are opened."""
    activity, document = Activity.objects.order_by("pk").first(), ReadingDocument.objects.order_by("pk").first()
    return {"activity": activity.pk, "reading": document.pk}
