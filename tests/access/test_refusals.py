"""A refusal that no view catches is a page with its reason, never a server error."""

import pytest
from django.template import Context, Template
from lxml import html

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


@pytest.mark.once
@pytest.mark.parametrize(
    ("content", "wanted"),
    [
        ("<p>一切正常</p>", []),
        ('<p class="field-error" id="id_words-error">须写明 &lt;原因&gt;。</p>', [("#id_words", "须写明 <原因>。")]),
        ('<p class="field-error">请判断。</p>' * 2, [(None, "请判断。")]),
        ('<div class="alert alert-danger">已经说明</div><p class="field-error">请判断。</p>', []),
    ],
)
def test_fault_beside_a_field_is_said_at_the_top_too(content, wanted):
    tag = "{% load faults %}{% said_at_the_top %}{{ content|safe }}{% endsaid_at_the_top %}"
    page = html.fromstring(f"<main>{Template(tag).render(Context({'content': content}))}</main>")

    said = page.xpath(".//div[@role='alert']//li")
    assert [(next(iter(line.xpath("a/@href")), None), line.text_content().strip()) for line in said] == wanted
    assert [title.text for title in page.find_class("alert-title")] == (
        [f"没有完成：有 {content.count('field-error')} 处须补充或修改"] if wanted else []
    )
