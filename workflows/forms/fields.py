"""Fields that several forms share, with their faults in words."""

from django import forms


def text_field(label, *, most, required=True):
    """Make a text field of at most ``most`` characters. Its faults name the field and the remedy."""
    return forms.CharField(
        label=label,
        required=required,
        max_length=most,
        error_messages={
            "required": f"请填写{label}。",
            "max_length": f"{label}最多 {most} 字，现有 %(show_value)d 字，请删减。",
        },
    )
