"""The bodies of a scheme that decide in meetings: who sits in them, quorum and majority.

Pure: no Django, no database.
"""

from typing import Annotated, Literal

from pydantic import Field

from registers.schemes.parts import Named, Part, Role

Share = Literal["half", "two_thirds", "all"]
SHARES = {"half": "过半数", "two_thirds": "三分之二以上", "all": "全体"}
FEWEST = 2  # one person is no body


def of_share(share, people):
    """Return how many of ``people`` are ``share`` of them: more than half, two thirds or more, or all."""
    return {"half": people // 2 + 1, "two_thirds": -(-2 * people // 3), "all": people}[share]


class Body(Part):
    """A body that decides in a meeting, such as the school's leading group or the party committee.

    ``role``: whose holders have a seat. ``seats``: how many the rule book names. ``quorum``: the share of the members who must be
    there, and never fewer than ``at_least``. ``majority``: the share that must agree, of all ``members`` or of those ``present``
    (``counted``). Whoever keeps out of an item counts for neither. ``circulates``: a decision may also be circulated (传签).
    Source: R1-28, R3-24, R4-02, R4-27.
    """

    label: Annotated[str, Field(min_length=1, max_length=60)]
    role: Role
    seats: Annotated[int, Field(ge=1, le=99)] | None = None
    quorum: Share = "half"
    at_least: Annotated[int, Field(ge=FEWEST, le=99)] = FEWEST
    majority: Share = "half"
    counted: Literal["members", "present"] = "members"
    circulates: bool = True
    source: str = ""
    inferred: bool = False

    def needed_present(self, members):
        """Return how many of ``members`` (应到) must be there."""
        return max(of_share(self.quorum, members), self.at_least)

    def needed_in_favour(self, members, present):
        """Return how many must agree, with ``members`` entitled to decide and ``present`` of them there."""
        return max(of_share(self.majority, members if self.counted == "members" else present), 1)

    @property
    def fewest_members(self):
        """How many members there must be on record for a meeting that the rule book would take for one.

        Where it says how many seats there are, the quorum is a share of these.
        """
        return max(of_share(self.quorum, self.seats), self.at_least) if self.seats else self.at_least

    @property
    def rule(self):
        """The rule in words, as pages and papers show it."""
        base = "应到会成员" if self.counted == "members" else "到会成员"
        least = f"且不少于 {self.at_least} 人" if self.at_least > FEWEST else ""
        passed = {"half": "超过{}的半数", "two_thirds": "达到{}的三分之二", "all": "等于{}的人数"}[self.majority]
        return f"{SHARES[self.quorum]}成员到会{least}方可开会；赞成人数{passed.format(base)}为通过"


class NeededDocument(Named):
    """A document that must lie before the body before it decides (专家论证、征求意见、三重一大事项清单).

    ``when``: for every sheet, or only for those on a major matter. Source: R4-03, R4-04.
    """

    when: Literal["always", "major_matter"] = "always"
    source: str = ""
    inferred: bool = False
