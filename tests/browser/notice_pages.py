"""How a notice is published in a browser."""


def publish(drafter, releaser):
    """One person bundles the sheets that wait for a notice, another checks and releases it."""
    drafter.go("/notices/").page.get_by_role("link", name="起草公示").click()
    title = drafter.page.get_by_label("标题").input_value()
    drafter.press("交审核发布")
    assert "起草人不能发布" in drafter.text()
    releaser.go("/notices/").page.get_by_role("link", name=title).click()
    releaser.page.get_by_label("已完成保密与个人信息审查").check()
    releaser.press("发布公示")
    assert "公示已发布" in releaser.text()
