"""Who may give a verdict at a step: a person whose turn it is, or a body by signed minutes."""

from registers import access
from registers.refusals import Refused, Stale
from workflows.models.submissions import State


def require(submission, verdict, *, actor, meeting=None):
    """Refuse whoever may not give ``verdict`` on a locked submission.

    ``meeting``: the one whose minutes say so. Where a body decides, no person does it alone. A body that oversees a step may only
    return. Raises ``NotAllowed``, ``Refused``, or
    ``Stale`` when the sheet no longer waits for this body.
    """
    step = submission.step_rules
    if meeting is None:
        access.require(actor, "decide", submission)
        if step.body:
            label = submission.task.campaign.scheme.rules.bodies[step.body].label
            raise Refused(f"“{step.label}”由{label}开会决定，请列入会议议程，不能由一人办理。")
        return
    access.require(actor, "apply", meeting)
    decides = step is not None and step.body == meeting.body
    oversees = step is not None and step.overseen_by == meeting.body and verdict == "return"
    if submission.state != State.IN_REVIEW or not (decides or oversees):
        raise Stale(submission)
