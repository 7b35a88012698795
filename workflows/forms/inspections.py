"""Forms of inspections: arranging one, its team, its checklist, opinions and answers."""

from decimal import InvalidOperation

from django import forms
from django.core.exceptions import ValidationError

from registers.forms.fields import Text
from registers.refusals import Refused
from workflows.forms.laid import LaidForm, Offered, People, choice, day
from workflows.models import Inspection
from workflows.supervision.checklists import Checked
from workflows.supervision.inspections import FIELDS

LONG = 5000


class ArrangementForm(LaidForm):
    """Days of an inspection, and what the unit gets ready. With ``units`` also which unit, and the team."""

    lines = {"numbers": 3, "materials": 4}

    unit = choice("被检查单位")
    numbers = People("检查组成员（工号）", most=LONG, help_text="每行一个工号，第一个是组长。须回避的不能列入。")
    starts_on = day("检查开始")
    ends_on = day("检查结束")
    covers = Text("检查的期间", most=80, required=False, help_text="例如：2026年1月至9月")
    materials = Text("需准备的材料", most=2000, required=False)
    contact = Text("联系人和电话", most=80, required=False)

    def __init__(self, *args, units=(), **kwargs):
        super().__init__(*args, **kwargs)
        if units:
            self.fields["unit"].choices = Offered(units)
        else:
            del self.fields["unit"], self.fields["numbers"]

    @property
    def values(self):
        """The fields as ``inspections.make`` and ``inspections.change`` take them."""
        return {name: self.cleaned_data[name] for name in FIELDS}


class SeatForm(LaidForm):
    """Somebody new in the team, perhaps in another's place.

    ``seats``: ``[(id, name)]`` of those who are in it.
    """

    leaves = choice("替换", required=False, help_text="只补人的不选。")
    number = People("新成员（工号）", most=40, alone="一次只换一人，请只填一个工号。")
    reason = Text("原因", most=200, required=False)

    def __init__(self, *args, seats, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["leaves"].choices = [("", "不替换，补一人"), *seats]


class DeclarationForm(LaidForm):
    """Whether a member of the team has to keep out."""

    radios = ("avoids",)

    avoids = choice("回避声明", [("no", "我与该单位没有须回避的关系"), ("yes", "我须回避")])
    reason = Text(
        "须回避的关系", most=200, required=False, help_text="近亲属在该单位任职、曾在该单位工作、有利害关系等。"
    )


class OpinionForm(LaidForm):
    """The preliminary opinion or the conclusion of a team."""

    lines = {"words": 8}

    words = Text("意见", most=LONG, missing="请写明检查的基本情况、成效、问题和要求。")


class AnswerForm(LaidForm):
    """The unit's answer to the preliminary opinion."""

    lines = {"answer": 6}
    radios = ("stand",)

    stand = choice("对初步意见", Inspection.Stand.choices)
    answer = Text("意见", most=LONG, required=False, help_text="有申辩意见的，写明事实和理由。")


class RefusalForm(LaidForm):
    """That the unit refuses to sign, before a witness."""

    words = Text("拒签情况", most=200)
    witness = Text("见证人", most=40)


class ReasonForm(LaidForm):
    """Why something is called off."""

    reason = Text("原因", most=200)


def checked(data):
    """Return what was sent about one line, as ``checklists.check`` takes it.

    Raises ``Refused``.
    """
    return Checked(
        result=data.get("result", ""),
        words=data.get("words", "").replace("\r\n", "\n").strip(),
        sampled=_count(data, "sampled", "抽查数"),
        sampled_of=_count(data, "sampled_of", "总数"),
        wrong=_count(data, "wrong", "不符数"),
        score=_points(data.get("score", "").strip()),
    )


def _count(data, name, label):
    text = data.get(name, "").strip()
    if not text:
        return None
    try:
        return forms.IntegerField(min_value=0, max_value=10**6).clean(text)
    except ValidationError:
        raise Refused(f"{label}应为整数，不超过一百万。", name) from None


def _points(text):
    if not text:
        return None
    try:
        return forms.DecimalField(max_digits=5, decimal_places=2).clean(text)
    except (ValidationError, InvalidOperation):
        raise Refused("得分应为数字，最多两位小数。", "score") from None


def typed(data):
    """Return what was sent about one line as it was typed, to be shown again."""
    names = ("result", "words", "sampled", "sampled_of", "wrong", "score", "own_result", "own_words")
    return {name: data[name] for name in names if name in data}
