"""A meeting of a body, held through its pages without a script: the office prepares and records it, the chair signs."""

from django.urls import reverse

from registers.models import User
from tests import files
from tests.noscript import Plain, fill_in
from workflows.models import Meeting


def hold(sheet, *, organiser):
    """Put a sheet that waits for a body on the agenda of a new meeting, agree to it, and return the signed meeting."""
    office, code = Plain(organiser), sheet.step_rules.body
    office.go(f"{reverse('meeting_list')}")
    assert "列入议程" in office.words
    address = f"{reverse('meeting_add')}?body={code}"
    form = office.go(address).form(".//select[@name='body']")
    form.fields["place"], form.fields["chair"] = "第一会议室", form.inputs["chair"].value_options[1]
    office.press(form, address=address)
    meeting = Meeting.objects.latest("pk")
    office.press(office.form(".//button[@name='put_on'][@value='all']"), "put_on", "all", page("agenda", meeting))
    office.go(page("detail", meeting))
    office.press(office.form(f"@action='{absolute('call', meeting)}'"))
    for item in meeting.items.all():
        _documents(office, item)
    office.go(page("attendance", meeting))
    office.press(office.form(".//input[@name='seen_version']"), "rest", "yes", page("attendance", meeting))
    office.press(office.form(f"@action='{absolute('agree', meeting)}'"))
    assert not refusals(office), refusals(office)
    chair = Plain(User.objects.get(pk=meeting.chair_id)).go(page("detail", meeting))
    form = chair.form(f"@action='{absolute('sign', meeting)}'")
    fill_in(form)
    chair.press(form)
    assert not refusals(chair), refusals(chair)
    meeting.refresh_from_db()
    assert meeting.signed_at is not None, chair.words
    return meeting


def _documents(office, item):
    """Upload what the item's page says is missing."""
    address = reverse("meeting_item", args=[item.pk])
    office.go(address)
    select = office.page.xpath(".//select[@name='code']")
    for code in [option for option in select[0].value_options if option] if select else ():
        sent = {"code": code, "files": files.pdf(f"{code}.pdf")}
        office.client.post(reverse("meeting_document", args=[item.pk]), sent)


def refusals(visitor):
    """What the page says is wrong; the frame holds an empty message for scripts."""
    return [text for text in visitor.complaints if text != "×"]


def page(name, meeting):
    """The address of one of a meeting's pages."""
    return reverse(f"meeting_{name}", args=[meeting.pk])


def absolute(name, meeting):
    """The same as it stands in the page."""
    return f"http://testserver{page(name, meeting)}"
