"""Who counts at a meeting and for an item: 应到、实到、回避, and whether enough agree."""

from dataclasses import dataclass

from workflows.models import MeetingBallot, MeetingSeat
from workflows.policies.meetings import avoiding

Mark = MeetingSeat.Mark
Vote = MeetingBallot.Vote


@dataclass(frozen=True)
class Attendance:
    """The members of a meeting by what they did, as ids in the order people are listed.

    At a circulated decision whoever has voted on any item counts as present.
    """

    members: tuple
    present: tuple
    excused: tuple = ()
    absent: tuple = ()
    unknown: tuple = ()

    def enough(self, rules):
        """Whether the body ``rules`` can decide with so many present."""
        return len(self.present) >= rules.needed_present(len(self.members))


@dataclass(frozen=True)
class Tally:
    """How an item stands: who keeps out, who decides, how many agree, how many must."""

    avoiding: tuple
    entitled: tuple
    voters: tuple
    in_favour: int
    against: int
    abstained: int
    needed: int

    @property
    def is_passed(self):
        """Whether enough agree, and at least two decide: one alone is no body."""
        return len(self.voters) > 1 and self.in_favour >= self.needed


def attendance_of(meeting, seats, ballots=()):
    """Return the ``Attendance`` of a meeting. ``ballots``: all votes given on its items."""
    voted = {ballot.member_id for ballot in ballots}
    marks = {seat.user_id: seat.mark for seat in seats}
    if meeting.circulates:
        marks = {user: Mark.PRESENT if user in voted else Mark.UNKNOWN for user in marks}

    def those(mark):
        return tuple(user for user, found in marks.items() if found == mark)

    return Attendance(tuple(marks), those(Mark.PRESENT), those(Mark.EXCUSED), those(Mark.ABSENT), those(Mark.UNKNOWN))


def tally_of(meeting, item, attendance, holding, ballots=()):
    """Return the ``Tally`` of an item.

    ``ballots``: the votes given on it, of which only those of members entitled count.
    """
    out = avoiding(holding, meeting, item, attendance.members)
    entitled = tuple(user for user in attendance.members if user not in out)
    if meeting.circulates:
        votes = {ballot.member_id: ballot.vote for ballot in ballots if ballot.member_id in entitled}
        voters = tuple(votes)
        against, abstained = (sum(vote == kind for vote in votes.values()) for kind in (Vote.AGAINST, Vote.ABSTAIN))
    else:
        voters = tuple(user for user in attendance.present if user not in out)
        against, abstained = item.against, item.abstained
    return Tally(
        tuple(user for user in attendance.members if user in out),
        entitled,
        voters,
        max(0, len(voters) - against - abstained),
        against,
        abstained,
        meeting.rules.needed_in_favour(len(entitled), len(voters)),
    )
