"""Fields of forms: texts that are never cut, choices that a page offers.

A text is counted in the browser and refused with both numbers by the server.
"""

from django import forms

from registers.refusals import Refused


def offered(data, name, choices):
    """Return what was chosen of ``choices`` in a field, empty where nothing was.

    Anything else never counts as one of them. Raises ``Refused``.
    """
    chosen = data.get(name, "")
    if chosen and chosen not in choices:
        raise Refused("有一项的选择不在所列之内，没有保存。请重新选择。", name)
    return chosen


def offer(form, name, choices):
    """Offer ``choices`` in a field, or leave the field out where there is nothing to choose from."""
    if choices:
        form.fields[name].choices = choices
    else:
        del form.fields[name]


class WithUnits:
    """A form whose field ``unit`` offers ``units``. Where they are None it has no such field."""

    def __init__(self, *args, units=None, **kwargs):
        super().__init__(*args, **kwargs)
        if units is None:
            del self.fields["unit"]
        else:
            self.fields["unit"].queryset = units


class Text(forms.CharField):
    """A text of at most ``most`` characters, with its faults in words.

    A browser cuts pasted text at ``maxlength`` without a word, so the page counts instead (``data-limit``). A line break is one
    character, as the page counts it. ``missing``: what is said of an empty field; ``name``: what the faults call the field where
    its label is too long.
    """

    def __init__(self, label, *, most, name="", missing="", rows=0, **options):
        name = name or label
        words = {
            "required": missing or f"请填写{name}。",
            "max_length": f"{name}最多 {most} 字，现有 %(show_value)d 字，请删减。",
        }
        if rows:
            options["widget"] = forms.Textarea(attrs={"rows": rows})
        super().__init__(label=label, max_length=most, error_messages=words, **options)

    def to_python(self, value):
        return super().to_python(value.replace("\r\n", "\n") if isinstance(value, str) else value)

    def widget_attrs(self, widget):
        attrs = super().widget_attrs(widget)
        if (most := attrs.pop("maxlength", None)) is not None:
            attrs["data-limit"] = most
        return attrs
