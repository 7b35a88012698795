"""Forms of notices: drafting and releasing one, objecting to it, and handling an objection."""

from django import forms

from registers.forms.fields import Text
from workflows.models import Objection, PublicityNotice
from workflows.models.audiences import CHOSEN, SCHOOL

LONGEST, WORDS = 1000, 200
WHOLE = "0"
UPHELD = (Objection.Finding.UPHELD, Objection.Finding.PARTLY)


class DraftForm(forms.Form):
    """A notice about some of the sheets that wait for one.

    ``narrowed`` and ``units``: where the step lets the drafter choose its readers.
    """

    title = Text("标题", most=PublicityNotice._meta.get_field("title").max_length)
    sheets = forms.TypedMultipleChoiceField(
        label="列入公示的表",
        coerce=int,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "请至少选择一张表。", "invalid_choice": "所选的表已不在待公示之列，请重新选择。"},
    )

    narrowed = forms.ChoiceField(
        label="范围",
        choices=[(SCHOOL, "全校师生"), (CHOSEN, "选定的单位")],
        error_messages={"required": "请选择范围。", "invalid_choice": "没有这样的范围，请重新选择。"},
    )
    units = forms.MultipleChoiceField(
        label="选定的单位",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="范围为“选定的单位”时选择；所列的表的单位总在范围内。",
        error_messages={"invalid_choice": "所选的单位已有变动，请重新选择。"},
    )

    def __init__(self, *args, bundle, units=(), **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["sheets"].choices = [(sheet.pk, sheet.subject) for sheet in bundle.sheets]
        if bundle.step.chosen_units:
            self.fields["units"].choices = units
        else:
            del self.fields["narrowed"], self.fields["units"]

    def clean(self):
        """Ask for the units where the readers are chosen, and for none where they are not."""
        typed = super().clean()
        narrowed, units = typed.get("narrowed") == CHOSEN, typed.get("units")
        if "units" in self.fields and "units" not in self.errors and narrowed != bool(units):
            self.add_error("units", "请选择公示哪些单位。" if narrowed else "只有范围为“选定的单位”时才选择单位。")
        return typed


class ReleaseForm(forms.Form):
    """Whoever releases a notice has checked it.

    ``seen_digest``: of the rows that he had on screen.
    """

    seen_digest = forms.CharField(widget=forms.HiddenInput, required=False, max_length=64)
    reviewed = forms.BooleanField(
        label="已完成保密与个人信息审查：不含国家秘密、工作秘密和不应公开的个人信息",
        error_messages={"required": "请先完成保密与个人信息审查并勾选，再发布。"},
    )


class ReturnForm(forms.Form):
    """A row of a draft that must not be published, and why. ``seen_digest`` as in ``ReleaseForm``."""

    seen_digest = forms.CharField(widget=forms.HiddenInput, required=False, max_length=64)
    row = forms.TypedChoiceField(
        label="退回哪一项",
        coerce=int,
        error_messages={"required": "请选择退回哪一项。", "invalid_choice": "公示中没有这一项，请重新选择。"},
    )
    why = Text("退回的原因", most=LONGEST, rows=3, required=True, help_text="送达填报人，更正后重新公示。")

    def __init__(self, *args, items, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["row"].choices = row_choices(items)


class WithdrawForm(forms.Form):
    """Why a notice is taken back."""

    why = Text("撤回的原因", most=LONGEST, rows=3, required=True, help_text="撤回后，所列的表等待重新公示。")


class ObjectionForm(forms.Form):
    """An objection to a notice, or to one row of it."""

    category = forms.ChoiceField(
        label="类别",
        choices=Objection.Category.choices,
        initial=Objection.Category.CONTENT,
        error_messages={"required": "请选择类别。", "invalid_choice": "没有这样的类别，请重新选择。"},
    )
    row = forms.TypedChoiceField(
        label="对哪一项有异议",
        coerce=int,
        error_messages={"required": "请选择对哪一项有异议。", "invalid_choice": "公示中没有这一项，请重新选择。"},
    )
    text = Text(
        "异议内容",
        most=LONGEST,
        rows=5,
        required=True,
        help_text="请写明理由。实名提交，仅学校领导小组办公室可见；姓名封存，经办人写明事由才能查阅。",
    )

    def __init__(self, *args, notice, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["row"].choices = row_choices(notice.items, whole="整个公示（遗漏等）")


class HandlingForm(forms.Form):
    """What came of an objection, and how it was handled."""

    finding = forms.ChoiceField(
        label="处理结论",
        choices=[choice for choice in Objection.Finding.choices if choice[0] != Objection.Finding.RETRACTED],
        error_messages={"required": "请选择处理结论。", "invalid_choice": "没有这样的结论，请重新选择。"},
    )
    row = forms.TypedChoiceField(
        label="是哪一项",
        coerce=int,
        required=False,
        empty_value=0,
        error_messages={"invalid_choice": "公示中没有这一项，请重新选择。"},
    )
    into = forms.TypedChoiceField(
        label="并入哪一件",
        coerce=int,
        required=False,
        empty_value=None,
        error_messages={"invalid_choice": "没有这一件异议，请重新选择。"},
    )
    wrong = Text("错误的文字", most=WORDS, required=False, help_text="照公示页上的文字填写。")
    right = Text("更正后的文字", most=WORDS, required=False)
    handling = Text("处理情况", most=LONGEST, rows=4, required=True)

    def __init__(self, *args, objection, others=(), **kwargs):
        super().__init__(*args, **kwargs)
        self.objection = objection
        self.fields["into"].choices = [("", "不并入"), *((str(pk), f"第 {pk} 号异议") for pk in others)]
        self.fields["row"].choices = row_choices(objection.notice.items, whole="整个公示（标题）")

    def clean(self):
        """Ask which row is wrong where an objection to the whole is upheld, and which words are corrected."""
        typed = super().clean()
        chosen = self.objection.row or typed.get("row") or len(self.objection.notice.items) == 1
        if typed.get("finding") in UPHELD and not chosen and "row" not in self.errors:
            self.add_error("row", "认定异议成立的，请选择是哪一项，以便退回更正。")
        merged = typed.get("finding") == Objection.Finding.MERGED
        if "into" not in self.errors and merged != bool(typed.get("into")):
            self.add_error("into", "请选择并入哪一件异议。" if merged else "只有结论为“并入另一件”的才选择。")
        self._clean_words(typed)
        return typed

    def _clean_words(self, typed):
        """A correction names the wrong words and the right ones, anything else names none."""
        corrects = typed.get("finding") == Objection.Finding.CORRECTED
        for name in ("wrong", "right"):
            if name not in self.errors and corrects != bool(typed.get(name)):
                label = self.fields[name].label
                self.add_error(name, f"请填写{label}。" if corrects else "只有结论为“更正”的才填写。")
        if corrects and typed.get("wrong") and typed.get("wrong") == typed.get("right"):
            self.add_error("right", "与错误的文字相同，请核对。")


def row_choices(items, *, whole=""):
    """Return the rows of a notice to choose from, and before them ``whole`` where none need be named."""
    rows = [(str(number), f"第 {number} 项：{_short(item)}") for number, item in enumerate(items, 1)]
    return [(WHOLE, whole), *rows] if whole else rows


def _short(item):
    named = [item.get(name, "") for name in ("place", "category", "name", "content")]
    text = "，".join(part for part in named if part)
    return f"{text[:40]}…" if len(text) > 40 else text
