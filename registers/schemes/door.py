"""The public door in a scheme: what people who are not logged in may read and send.

No document of the five names a rule for objections, so all of it has a customary default. Pure: no Django, no database. Source: R2-16.
"""

from typing import Annotated

from pydantic import Field

from registers.schemes.parts import Anonymous, Contact, Part, Text

Days = Annotated[int, Field(ge=1, le=60)]


class Channel(Contact):
    """Where people turn to besides this site: its name, and how it is reached at which hours."""

    label: Text
    hours: Annotated[str, Field(max_length=60)] = ""


class Door(Part):
    """What the public door shows and takes, where it is ``enabled``.

    It shows notices to society; with ``school`` also those to the whole school, because students have no account. What is noticed
    inside a unit never stands there. ``anonymous``: of objections without a name; a task's ``publicity`` may say otherwise. Clues
    (线索) are always taken without a name. ``answer_days``: working days for the answer, from the end of the notice; ``more_days``: for
    one extension. ``discipline``: who takes clues; ``upper``: who takes those about leaders of the school or about ``discipline``.
    """

    enabled: bool = False
    school: bool = False
    anonymous: Anonymous = "accept"
    answer_days: Days = 5
    more_days: Days = 10
    discipline: Channel = Channel(label="学校纪委")
    upper: Channel = Channel(label="上级纪检监察机关", phone="12388")
    source: str = ""
    inferred: bool = False
