"""Which step follows which: properties of every route of every scheme file, and of routes nobody has written yet."""

import pytest
from django.conf import settings
from hypothesis import given
from hypothesis import strategies as st

from registers.refusals import Refused
from registers.schemes.checking import loading
from registers.schemes.language import Role, Route, Step, StepKind
from workflows.routing import steps

pytestmark = pytest.mark.once

VERDICTS = ("submit", "agree", "automatic", "return", "withdraw")
FILES = sorted((settings.BASE_DIR / "fixtures" / "schemes").glob("*.yaml"))
WRITTEN = [
    pytest.param(route, len(rules.grades), id=f"{path.stem}:{code}")
    for path in FILES
    for rules in [loading.read(path)[0]]
    for code, route in rules.routes.items()
]
RANKS = (None, 1, 2, 3)
LATER_KINDS = [kind for kind in StepKind if kind is not StepKind.FILL]


def make_step(code, kind, **fields):
    return Step(code=code, label=f"步骤{code}", kind=kind, role=fields.pop("role", Role.UNIT_HEAD), **fields)


@st.composite
def routes(draw):
    """Routes as the checker lets them pass: filling first, then anything, each step for all grades or for some."""
    later = [
        make_step(
            f"s{number}",
            kind,
            may_return=kind not in (StepKind.COPY, StepKind.PUBLICISE) and draw(st.booleans()),
            grades=draw(st.lists(st.integers(1, 3), unique=True, max_size=3)),
        )
        for number, kind in enumerate(draw(st.lists(st.sampled_from(LATER_KINDS), max_size=6)), start=1)
    ]
    return Route(label="路线", steps=[make_step("fill", StepKind.FILL, role=Role.LIAISON), *later])


def walk(route, verdicts, rank):
    """Give ``verdicts`` in turn; a verdict the step refuses changes nothing. Return the codes of the steps met and whether it ended."""
    met, here = ["fill"], "fill"
    for verdict in verdicts:
        try:
            following = steps.step_after(route, here, verdict, gravest_rank=rank)
        except Refused:
            continue
        if following.is_end:
            return met, True
        here = following.step.code
        met.append(here)
    return met, False


def forward(route, rank):
    """The codes of the steps of a sheet that nobody ever stops."""
    met, here = [], route.steps[0]
    while here is not None:
        met.append(here.code)
        here = steps.step_after(route, here.code, steps.verdicts_at(here)[0], gravest_rank=rank).step
    return met


verdict_lists = st.lists(st.sampled_from(VERDICTS), max_size=30)
ranks = st.sampled_from(RANKS)


def places(route, rank):
    """The codes of all steps that any verdicts can lead to."""
    met, waiting = {"fill"}, ["fill"]
    while waiting:
        here = waiting.pop()
        for verdict in VERDICTS:
            try:
                following = steps.step_after(route, here, verdict, gravest_rank=rank)
            except Refused:
                continue
            if not following.is_end and following.step.code not in met:
                met.add(following.step.code)
                waiting.append(following.step.code)
    return met


@pytest.mark.parametrize(("route", "grades"), WRITTEN)
def test_written_route_never_leaves_its_declared_steps(route, grades):
    for rank in (None, *range(1, grades + 1)):
        assert places(route, rank) <= {step.code for step in route.steps}


@given(route=routes(), verdicts=verdict_lists, rank=ranks)
def test_generated_route_never_leaves_its_declared_steps(route, verdicts, rank):
    met, _ = walk(route, verdicts, rank)

    assert set(met) - {step.code for step in route.steps} == set()


@pytest.mark.parametrize(("route", "grades"), WRITTEN)
def test_written_route_ends_for_every_grade(route, grades):
    for rank in (None, *range(1, grades + 1)):
        expected = [step.code for step in route.steps if not step.grades or rank in step.grades]
        assert forward(route, rank) == expected


@given(route=routes(), verdicts=verdict_lists, rank=ranks)
def test_generated_route_ends_from_wherever_a_walk_left_it(route, verdicts, rank):
    met, ended = walk(route, verdicts, rank)
    if not ended:
        here = steps.step_of(route, met[-1])
        for _ in route.steps:
            following = steps.step_after(route, here.code, steps.verdicts_at(here)[0], gravest_rank=rank)
            if following.is_end:
                ended = True
                break
            here = following.step

    assert ended


@given(route=routes(), rank=ranks)
def test_step_is_passed_over_exactly_when_restricted_to_other_grades(route, rank):
    assert forward(route, rank) == [
        step.code for step in route.steps if step.grades == [] or (rank is not None and rank in step.grades)
    ]


@given(route=routes(), rank=ranks)
def test_return_leads_to_filling_from_every_step_that_allows_it(route, rank):
    for step in route.steps:
        if step.may_return or step.kind == "await":
            assert steps.step_after(route, step.code, "return", gravest_rank=rank).step is route.steps[0]
        else:
            with pytest.raises(Refused):
                steps.step_after(route, step.code, "return", gravest_rank=rank)


@given(route=routes(), rank=ranks)
def test_withdrawal_is_possible_from_the_first_step_after_filling_only(route, rank):
    passed = forward(route, rank)
    allowed = []
    for step in route.steps:
        try:
            assert steps.step_after(route, step.code, "withdraw", gravest_rank=rank).step is route.steps[0]
            allowed.append(step.code)
        except Refused:
            pass

    assert allowed == passed[1:2]


@given(route=routes(), rank=ranks)
def test_step_accepts_exactly_the_verdicts_it_offers(route, rank):
    for step in route.steps:
        for verdict in ("submit", "agree", "automatic", "return"):
            if verdict in steps.verdicts_at(step):
                steps.step_after(route, step.code, verdict, gravest_rank=rank)
            else:
                with pytest.raises(Refused):
                    steps.step_after(route, step.code, verdict, gravest_rank=rank)


@pytest.mark.parametrize(
    ("kind", "may_return", "offered"),
    [
        (StepKind.FILL, False, ("submit",)),
        (StepKind.COPY, False, ("automatic",)),
        (StepKind.PUBLICISE, False, ("automatic",)),
        (StepKind.SIGN, False, ("agree",)),
        (StepKind.SIGN, True, ("agree", "return")),
        (StepKind.COLLECTIVE_REVIEW, True, ("agree", "return")),
    ],
)
def test_step_offers_the_verdicts_of_its_kind(kind, may_return, offered):
    assert steps.verdicts_at(make_step("s", kind, may_return=may_return)) == offered


def test_unknown_step_is_refused_with_a_sentence():
    route = Route(label="路线", steps=[make_step("fill", StepKind.FILL)])

    with pytest.raises(Refused) as refused:
        steps.step_after(route, "gone", "agree")

    assert str(refused.value) == "该表所处的步骤已不在流程中，请联系管理员。"


@pytest.mark.parametrize(("rank", "following"), [(1, "copy"), (2, "copy"), (3, None), (None, None)])
def test_copy_to_the_office_follows_the_signature_for_grades_one_and_two_only(rank, following):
    route = loading.read(FILES[0].with_name("changchun-2016.yaml"))[0].routes["personal-control"]

    step = steps.step_after(route, "sign", "agree", gravest_rank=rank).step

    assert (step.code if step else None) == following
