"""Which step follows which, given the verdict and the gravest grade. Pure: no Django, no database."""

from dataclasses import dataclass

from registers.refusals import Refused
from registers.schemes.language import Step

FORWARD = ("submit", "agree", "automatic")
BACK = ("return", "withdraw")
STAY = ("part", "resume")


@dataclass(frozen=True)
class Following:
    """Where a verdict leads: to ``step``, or past the end of the route (``step`` None)."""

    step: Step | None

    @property
    def is_end(self):
        return self.step is None


def step_of(route, code):
    """The step named ``code``. Raises ``Refused`` when the route has none."""
    for step in route.steps:
        if step.code == code:
            return step
    raise Refused("该表所处的步骤已不在流程中，请联系管理员。")


def verdicts_at(step):
    """The verdicts a person may give at ``step``."""
    if step.kind == "fill":
        return ("submit",)
    if step.kind in ("copy", "publicise"):
        return ("automatic",)
    if step.kind == "await":  # given with the sheet that carries this one
        return ("agree", "automatic", "return")
    return ("agree", "return") if step.may_return else ("agree",)


def step_after(route, code, verdict, *, gravest_rank=None, by_itself=False):
    """The step that follows ``verdict`` given at step ``code``.

    ``gravest_rank`` (1 = gravest, None = ungraded) lets steps restricted to grades be passed over. A return
    leads back to filling; so does a withdrawal, which is possible from the first step after filling only. A recompiled
    document goes to the first review; a sheet that sent back some of those it carries waits, and goes on, where it is.
    ``by_itself``: no person gave the verdict, so a return is possible at every step.
    Raises ``Refused``. Source: R1-20, R1-21, R1-30.
    """
    here = step_of(route, code)
    if verdict == "withdraw":
        if here is not first_review(route, gravest_rank):
            raise Refused("该表已进入后续环节，不能撤回；如需修改，请联系审核人退回。")
        return Following(route.steps[0])
    if verdict == "recompile":
        return Following(first_review(route, gravest_rank))
    if verdict in STAY:
        return Following(here)
    if verdict not in verdicts_at(here) and not (by_itself and verdict == "return"):
        raise Refused(f"“{here.label}”环节不能办理该操作。")
    if verdict == "return":
        return Following(route.steps[0])
    later = route.steps[route.steps.index(here) + 1 :]
    return Following(next((step for step in later if concerns(step, gravest_rank)), None))


def notice_before(route, code, gravest_rank=None):
    """The last notice that a submission has passed before the step ``code``, None where there is none."""
    earlier = route.steps[: route.steps.index(step_of(route, code))]
    return next((step for step in reversed(earlier) if step.kind == "publicise" and concerns(step, gravest_rank)), None)


def concerns(step, gravest_rank):
    """Whether a submission with this gravest grade passes through ``step``."""
    return not step.grades or gravest_rank in step.grades


def first_review(route, gravest_rank=None):
    """The first step after filling that a submission meets, None on a route of one step."""
    return next((step for step in route.steps[1:] if concerns(step, gravest_rank)), None)
