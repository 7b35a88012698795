"""Forms whose fields a page shows one after the other, without a template of their own."""

from dataclasses import dataclass

from django import forms
from django.core.exceptions import ValidationError
from django.utils.choices import BaseChoiceIterator

from registers.forms.fields import Text
from registers.refusals import Refused
from workflows.activities import by_numbers

DAY = {"invalid": "日期无法识别，请写成 2026-09-30 的样式。"}
KINDS = {
    forms.DateField: "date",
    forms.IntegerField: "number",
    forms.DecimalField: "number",
    forms.MultipleChoiceField: "checkboxes",
    forms.ChoiceField: "select",
}


@dataclass(frozen=True)
class Row:
    """One field as ``components/form_field.html`` takes it."""

    field: object
    kind: str
    maxlength: int | None
    rows: int
    wide: bool

    @property
    def label(self):
        return self.field.label

    @property
    def help(self):
        return self.field.help_text

    @property
    def required(self):
        return self.field.field.required


class LaidForm(forms.Form):
    """A form that says how its fields are shown.

    ``lines``: field → lines of its text. ``radios``: fields of few choices.
    """

    lines = {}
    radios = ()
    hidden = ()

    def laid(self):
        """Yield a ``Row`` for each field, in their order."""
        for field in self:
            if field.name in self.hidden:
                continue
            kind = next((kind for cls, kind in KINDS.items() if isinstance(field.field, cls)), "text")
            lines = self.lines.get(field.name, 0)
            kind = "textarea" if lines else "radio" if field.name in self.radios else kind
            most = field.field.max_length if isinstance(field.field, Text) else None
            yield Row(field, kind, most, lines or 3, bool(lines) or kind in ("checkboxes", "radio"))


class People(Text):
    """A field for staff numbers, cleaned to the people who have them.

    ``alone``: what is said of more than one; then it is cleaned to that person, None where there is none.
    """

    def __init__(self, label, *, most, alone="", **options):
        super().__init__(label, most=most, **options)
        self.alone = alone

    def clean(self, value):
        """Return the people, or the one person. Raises ``ValidationError``."""
        people = people_of(super().clean(value))
        if self.alone and len(people) > 1:
            raise ValidationError(self.alone)
        return next(iter(people), None) if self.alone else people


def people_of(text):
    """Return the people whose staff numbers ``text`` lists. Raises ``ValidationError``."""
    try:
        return by_numbers(text)
    except Refused as refused:
        raise ValidationError(refused.messages) from None


def day(label, *, required=True, help_text=""):
    """Return a field for a day."""
    return forms.DateField(
        label=label, required=required, help_text=help_text, error_messages={"required": f"请填写{label}。", **DAY}
    )


class Offered(BaseChoiceIterator):
    """Choices as (value, label), which Django need not look at one by one. There may be hundreds."""

    def __init__(self, rows):
        self.rows = rows

    def __iter__(self):
        return iter(self.rows)

    def __len__(self):
        return len(self.rows)


def choice(label, choices=(), *, required=True, help_text=""):
    """Return a field for one of ``choices``."""
    return forms.ChoiceField(
        label=label,
        choices=choices,
        required=required,
        help_text=help_text,
        error_messages={"required": f"请选择{label}。", "invalid_choice": f"{label}的选项不存在，请重新选择。"},
    )


def choices(label, options=(), *, required=True, help_text=""):
    """Return a field for some of ``options``."""
    return forms.MultipleChoiceField(
        label=label,
        choices=options,
        required=required,
        help_text=help_text,
        error_messages={
            "required": f"请至少选择一项{label}。",
            "invalid_choice": f"{label}的选项不存在，请重新选择。",
        },
    )


def whole(label, least, most, *, required=True, help_text=""):
    """Return a field for a whole number from ``least`` to ``most``."""
    wrong = f"{label}应为 {least} 到 {most} 的整数。"
    return forms.IntegerField(
        label=label,
        required=required,
        min_value=least,
        max_value=most,
        help_text=help_text,
        error_messages={
            "required": f"请填写{label}。",
            "invalid": wrong,
            "min_value": wrong,
            "max_value": wrong,
        },
    )
