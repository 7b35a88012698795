"""The sweep: what fails in it holds up nothing else, and is not kept quiet."""

import pytest

from tests.personas import point
from workflows.models import ChannelChoice, Notification, PublicityNotice, Submission
from workflows.publicity import notices

pytestmark = [pytest.mark.django_db, pytest.mark.database("both")]


def test_one_notice_that_cannot_end_holds_up_neither_the_others_nor_the_mails(year, monkeypatch):
    campus = year.campus
    campus.head.email = "head@example.edu"
    campus.head.save()
    ChannelChoice.objects.create(user=campus.head, mail="each")
    for owner in (campus.clerk, campus.head):
        year.searched(point(), owner=owner)
        sheet = year.sheet("personal-grading", owner)
        sheet = year.submit(sheet, year.grades(sheet, "grade-2"))
        year.agree(sheet, campus.leader if owner == campus.head else campus.head, grades=year.as_proposed(sheet))
    first, second = PublicityNotice.objects.order_by("pk")
    Notification.objects.update(mailed_at=None, mail_attempts=0)
    year.at("09-28")
    finish = notices.finish

    def broken(notice, *, at):
        if notice == first:
            raise RuntimeError("broken")
        return finish(notice, at=at)

    monkeypatch.setattr(notices, "finish", broken)
    with pytest.raises(RuntimeError, match="broken"):
        year.sweep()

    steps = dict(Submission.objects.filter(notices__isnull=False).values_list("notices", "step"))
    assert steps == {first.pk: "publicise", second.pk: "decide"}
    assert Notification.objects.filter(recipient=campus.head, mailed_at=None).count() == 0

    monkeypatch.setattr(notices, "finish", finish)
    assert year.sweep()["notices"] == 1
