"""Disclosure in a scheme: what is made public of a matter, in which modes, through which channels.

The five documents name parts, modes, matters and channels. They name no days, so those are customary defaults. Pure: no Django, no
database. Source: R0-22, R1-37, R4-07.
"""

from typing import Annotated

from pydantic import Field

from registers.schemes.parts import Named, Part, Text

Days = Annotated[int, Field(ge=1, le=60)]


class DisclosurePart(Named):
    """One part of a matter that is made public by itself, such as the decision or the result."""

    source: str = ""
    inferred: bool = False


class DisclosureMode(Named):
    """How a matter comes to be made public. ``asked``: somebody has asked for it, and is owed an answer."""

    asked: bool = False
    source: str = ""
    inferred: bool = False


class Disclosures(Part):
    """The records of what a unit makes public of its matters. Without ``parts`` the scheme keeps none.

    ``label``: what the records are called. ``matters``: the kinds of matter that the document lists. ``askers``: who may have
    asked, as kinds and never as persons. ``within``: working days from the event to the day by which it is public.
    ``answer_days``: working days for the answer to whoever asked.
    """

    label: Annotated[Text, Field(max_length=20)] = "办事公开"
    parts: list[DisclosurePart] = []
    modes: list[DisclosureMode] = []
    matters: list[Named] = []
    channels: list[Named] = []
    askers: list[Named] = []
    within: Days = 20
    answer_days: Days = 15
    source: str = ""
    inferred: bool = False

    @property
    def kept(self):
        """Whether the scheme keeps such records."""
        return bool(self.parts)

    @property
    def asking_modes(self):
        """The codes of the modes in which somebody has asked."""
        return {mode.code for mode in self.modes if mode.asked}

    def label_of(self, things, code):
        """Return the label of ``code`` in the named list (``parts`` …), or the code when unknown."""
        return next((item.label for item in getattr(self, things) if item.code == code), code)
