"""Words of a released notice that are set right (更正).

What the notice says itself, its title and the names of posts and units, is corrected where it stands: the notice runs on in a
corrected version, which shows the difference, and both versions stay on record. What the sheet says only a sheet
changes, so it goes back. Errors of writing may be corrected at once (文字错误可直接更正).
"""

from registers import audit
from registers.refusals import Refused
from workflows.models import Correction, PublicityNotice
from workflows.policies.publications import is_public
from workflows.publicity import notices, privacy, recording

NAMES = {
    "place": "岗位（单位）",
    "unit": "单位",
}  # of an item, which the notice has from the register of posts and units
TITLE = "标题"
NOT_THERE = "公示的标题和所选的这一项中没有“{wrong}”，请照公示页上的文字填写。"
PERSONAL = "更正后的文字中有{kind}（{excerpt}），不能公示，请改写。"
TOO_LONG = "更正后的标题超过 {most} 字，请缩短。"
LONGEST = PublicityNotice._meta.get_field("title").max_length


def is_of_the_sheet(notice, number, wrong):
    """Return whether ``wrong`` stands in what the sheet says in row ``number`` of a notice (0: in none)."""
    item = notice.items[number - 1] if number else {}
    return any(wrong in item.get(field, "") for field, _ in notice.columns)


def require_fit(notice, number, wrong, right):
    """Raise ``Refused`` where ``wrong`` stands nowhere, or ``right`` must not be public."""
    found = privacy.leaks(right, channels=privacy.channels_of(notice.rules))
    if found:
        raise Refused(PERSONAL.format(kind=found[0].kind, excerpt=found[0].excerpt), "right")
    item = notice.items[number - 1] if number else {}
    if not is_of_the_sheet(notice, number, wrong) and not any(
        wrong in text for text in (notice.title, *(item.get(field, "") for field in NAMES))
    ):
        raise Refused(NOT_THERE.format(wrong=wrong), "wrong")


def correct(notice, number, wrong, right, *, objection, actor, at):
    """Set ``wrong`` to ``right`` in the title of a locked notice and in the names of row ``number``.

    The same name in other rows is set right as well. What was public until now is put on record first, and then the corrected
    version. Raises ``Refused`` where the title becomes too long.
    """
    changed = list(_changes(notice, number, wrong, right))
    if len(notice.title.replace(wrong, right)) > LONGEST:
        raise Refused(TOO_LONG.format(most=LONGEST), "right")
    public = is_public(notice, actor.on)
    if public:
        recording.record(notice, actor.on)
    notice.title = notice.title.replace(wrong, right)
    for _, field, _, before, after in changed:
        for item in notice.items if field else ():
            if item.get(field) == before:
                item[field] = after
    notice.save(update_fields=["title", "items"])
    Correction.objects.bulk_create(
        Correction(
            notice=notice, objection=objection, row=row, heading=heading, before=before, after=after,
            made_by_id=actor.user_id, at=at,
        )
        for row, _, heading, before, after in changed
    )  # fmt: skip
    notices.forget_copies(notice)
    audit.append("notice.correct", about=notice, actor=actor, at=at, detail={"places": len(changed)})
    if public:
        recording.record(notice, actor.on)


def _changes(notice, number, wrong, right):
    """Yield (row, field, heading, before, after) of every place that is set right, the title as row 0 without field."""
    if wrong in notice.title:
        yield 0, "", TITLE, notice.title, notice.title.replace(wrong, right)
    item = notice.items[number - 1] if number else {}
    for field, heading in NAMES.items():
        if wrong in (before := item.get(field, "")):
            yield number, field, heading, before, before.replace(wrong, right)
