"""The standing list and the result of the world of these tests, and what is kept of its notices."""

from workflows.models import PublicRecord
from workflows.publicity import impacts, places, publishing

ASSESSED = {"purpose": "接受监督", "risk": "可以认出本人", "measures": "只显示姓氏"}


class Published:
    """``list``: the unit's list of powers, published for the school; ``draft``: a result of the unit that the liaison has drafted.

    ``waits`` and ``hangs``: places of the unit's notice, not yet and already put up. ``record``: of that notice.
    """

    def __init__(self, world):
        self.world = world
        campus, at = world.campus, world.clock.now
        liaison, head, office = (world.year.actor(getattr(campus, name)) for name in ("liaison", "head", "office"))
        [kind] = [kind for kind in campus.scheme.rules.notices if kind.code == "power-list"]
        made = publishing.draft_list(kind, campus.scheme, campus.unit, actor=liaison, at=at)
        self.list = publishing.release(made, actor=head, reviewed=True, at=at)
        self.draft = publishing.draft_result(
            campus.scheme, campus.unit, title="通报", blocks=["甲"], audience="unit", actor=liaison, at=at
        )
        self.waits, self.hangs = world.notice.notice_places.all()
        places.post(self.hangs, world.clock.today, actor=liaison, at=at)
        notice_kind = world.notice.kind_rules
        impacts.assess(campus.scheme, notice_kind, fields=["grade"], actor=office, at=at, **ASSESSED)
        self.record = PublicRecord.objects.filter(notice=world.notice).last()

    def things(self):
        """What stands behind the doors: door → name → (arguments of the URL, the object)."""
        notice, both = self.world.notice, {"list": ({"pk": self.list.pk}, None), "draft": ({"pk": self.draft.pk}, None)}
        own = {"unit": ({"pk": notice.pk}, None), "draft": ({"pk": self.world.drafted.pk}, None)}
        doors = ("detail", "preview", "release", "discard", "end", "attach", "place_add")
        return {
            **{f"publication_{door}": both for door in doors},
            "public_publication": both,
            **{
                f"publication_{door}": {name: ({**keys, "form": "xlsx"}, None) for name, (keys, _) in both.items()}
                for door in ("file", "changes")
            },
            "notice_preview": own,
            "notice_attach": own,
            "notice_place_add": {"unit": own["unit"]},
            "notice_closing": {name: ({**keys, "form": "xlsx"}, None) for name, (keys, _) in own.items()},
            "place_post": {"": ({"pk": self.waits.pk}, None)},
            "place_take": {"": ({"pk": self.hangs.pk}, None)},
            "public_record": {"": ({"pk": self.record.pk}, None)},
        }

    def posted(self):
        """What is posted to the doors."""
        unit, today = self.world.campus.unit.code, self.world.clock.today.isoformat()
        return {
            "notice_place_add": {"label": "大厅"},
            "publication_place_add": {"label": "大厅"},
            "place_post": {"on": today},
            "place_take": {"on": today},
            "publication_draft": {"kind": "process-directory", "unit": unit},
            "publication_result": {"unit": unit, "title": "通报", "text": "甲", "audience": "unit", "ends_on": ""},
            "publication_release": {"reviewed": "on", "explanation": ""},
            "publication_end": {"why": "有误"},
            "impact_list": {"kind": "proposed", **ASSESSED},
        }
