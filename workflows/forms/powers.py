"""The choice of a power of the register in a form, where what is recorded is about one."""

import uuid
from dataclasses import dataclass

from workflows.forms.laid import choice

NONE = ("", "（不选）")


@dataclass(frozen=True)
class Offered:
    """A power that can be chosen: its series, how the list shows it, its name, and the code of its unit."""

    key: str
    words: str
    name: str
    unit: str


def power_field(powers, *, help_text):
    """Return the field that offers ``powers`` (``Offered``), or none of them."""
    return choice("权力事项", [NONE, *((one.key, one.words) for one in powers)], required=False, help_text=help_text)


def chosen(powers, key):
    """Return which of ``powers`` was chosen, None where none was."""
    return next((one for one in powers if one.key == key), None)


def values_of(power):
    """Return the fields in which a record keeps a chosen power, or none."""
    return {"power": uuid.UUID(power.key) if power else None, "power_name": power.name if power else ""}
