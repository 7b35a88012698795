"""Which texts of a scheme the rows of a campaign repeat: what would not fit is refused."""

from registers.models import Unit
from registers.schemes.checking.lengths import stored
from registers.schemes.language import StepKind
from workflows.messages.notifications import WAITING
from workflows.models import (
    Activity,
    CampaignTask,
    Decision,
    FiledPaper,
    Notification,
    Phase,
    PublicityNotice,
    Submission,
    Suggestion,
)

UNIT_NAME = Unit._meta.get_field("name").max_length
TITLE, AGAIN = "关于{unit}{task}结果的公示", "（重新公示）"  # of a notice, and of one that repeats another


def _beside(sentence):
    """Characters that a sentence about a unit and a task needs besides the task's name."""
    return UNIT_NAME + len(sentence.format(unit="", task="", step=""))


def _publicised(scheme):
    for index, task in enumerate(scheme.tasks):
        route = scheme.routes.get(task.route)
        if route and any(step.kind is StepKind.PUBLICISE for step in route.steps):
            yield ("tasks", index, "label"), task.label, _beside(TITLE + AGAIN)


def _waiting(scheme):
    for index, task in enumerate(scheme.tasks):
        if route := scheme.routes.get(task.route):
            longest = max(len(step.label) for step in route.steps)
            yield ("tasks", index, "label"), task.label, _beside(WAITING) + longest


stored(Phase, code="phases.*.code", label="phases.*.label")
stored(
    CampaignTask,
    code="tasks.*.code",
    label="tasks.*.label",
    step_label="tasks.*.step_label",
    paper="tasks.*.paper",
    route="tasks.*.route",
)
stored(CampaignTask, label="conduct.succession.label")
stored(Submission, step="routes.*.steps.*.code")
stored(
    Decision,
    step="routes.*.steps.*.code",
    step_label="routes.*.steps.*.label",
    outside_body="routes.*.steps.*.outside",
)
stored(FiledPaper, paper="papers.@")
stored(PublicityNotice, title=_publicised)
stored(Notification, text=_waiting)
stored(Activity, kind="activities.*.code")
stored(Suggestion, source="finding_sources.*.code", category="categories.*.code")
