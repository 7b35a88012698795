"""A refusal that no view catches is a page with its reason, never a server error."""

import pytest

from registers.refusals import Refused, Stale
from registers.views.errors import RefusalMiddleware

pytestmark = pytest.mark.once


@pytest.mark.parametrize(
    ("refusal", "status", "words"),
    [
        (Refused("请写明原因。"), 422, "请写明原因。"),
        (Refused(["第 1 行有误。", "第 2 行有误。"], "numbers"), 422, "第 1 行有误。；第 2 行有误。"),
        (Stale(), 409, "刚被他人修改"),
    ],
)
@pytest.mark.once
def test_refusal_that_no_view_catches_is_a_page_with_its_reason(rf, refusal, status, words):
    answer = RefusalMiddleware(lambda request: None).process_exception(rf.get("/"), refusal)

    assert answer.status_code == status
    assert words in answer.content.decode()


@pytest.mark.once
def test_fault_of_ours_stays_a_fault(rf):
    assert RefusalMiddleware(lambda request: None).process_exception(rf.get("/"), ValueError("x")) is None
