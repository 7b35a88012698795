"""Meetings and documents in numbers, for the tests of what a page costs."""

from tests import factories
from workflows.models import Activity, Attendance, Meeting, MeetingItem, MeetingSeat, ReadingDocument, ReadReceipt


def one_more(crowd):
    """A meeting of the unit, of the new one and of the school, a document to read; the oldest get a person more each time."""
    campus, day, at = crowd.campus, crowd.clock.today, crowd.clock.now
    told = {"campaign": crowd.year.campaign, "title": f"会{crowd.size}"}
    for unit in (campus.unit, crowd.unit, campus.root):
        Activity.objects.create(
            unit=unit, kind="mobilisation", held_on=day, recorded_by=crowd.person, recorded_at=at, **told
        )
    _of_a_body(crowd, day, at)
    document = ReadingDocument.objects.create(unit=campus.root, published_by=crowd.person, published_at=at, **told)
    for user in (campus.head, campus.clerk):
        ReadReceipt.objects.create(document=document, user=user)
    newcomer = factories.make_person(f"新{crowd.size}", campus.unit)
    for activity in {Activity.objects.order_by("pk").first(), Activity.objects.get(unit=crowd.unit)}:
        Attendance.objects.create(activity=activity, user=newcomer)
    ReadReceipt.objects.create(document=ReadingDocument.objects.order_by("pk").first(), user=newcomer)


def _of_a_body(crowd, day, at):
    """A meeting of the leading group, and on the agenda of the oldest one more sheet."""
    campus = crowd.campus
    people = {"chair": campus.chair, "recorder": campus.office}
    shared = {"campaign": crowd.year.campaign, "body": "school-group", "body_label": "学校领导小组", **people}
    Meeting.objects.create(number=f"第{crowd.size}次", held_on=day, made_at=at, called_at=at, **shared)
    meeting = Meeting.objects.order_by("pk").first()
    MeetingItem.objects.create(meeting=meeting, position=crowd.size, submission=crowd.sheet)
    MeetingSeat.objects.create(meeting=meeting, user=crowd.person, mark="present")


def oldest():
    """The keys of the oldest of each, by which the pages about one are opened."""
    activity, document = Activity.objects.order_by("pk").first(), ReadingDocument.objects.order_by("pk").first()
    return {"activity": activity.pk, "reading": document.pk, "meeting": Meeting.objects.order_by("pk").first().pk}
