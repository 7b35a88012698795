"""Renew the pictures of the guides from a running demo.

``python -m tests.browser.pictures URL NAME…`` writes ``docs/images``. All are of changchun-2016 but ``meeting``, which is of
nwnu-2012. The two papers there (``paper``, ``carried``) are printed, not seen in a browser.
"""

import io
import shutil
import sys
from pathlib import Path

from PIL import Image
from playwright.sync_api import sync_playwright

FOLDER = Path(__file__).parents[2] / "docs" / "images"
PASSWORD = "lianzheng2026"
WIDE = 1366
# Name → login, size, address and the links or buttons to follow from there.
PICTURES = {
    "fill": ("1001", (WIDE, 1230), "/", ["个人岗位廉政风险自查"]),
    "review": ("1004", (WIDE, 960), "/", ["个人岗位风险等级评估"]),
    "power-chart": ("1004", (WIDE, 1500), "/powers/", ["大额资金支付审批", "廉政风险防控图"]),
    "ledger": ("1004", (WIDE, 900), "/ledger/", []),
    "desk-phone": ("1004", (390, 844), "/", []),
    "board": ("3001", (WIDE, 1210), "/board/", []),
    "meeting": ("3001", (WIDE, 1040), "/meetings/", ["第1次会议"]),
    "scheme-routes": ("5001", (WIDE, 1150), "/schemes/1/calendar/", ["流程"]),
    "scheme-edit": ("5001", (WIDE, 1000), "/schemes/", ["修改", "保存并检查"]),
}
MISTAKES = {"  institution: ": "  institusion: ", "kind: collective_review": "kind: collectiv_review"}


def take(browser, site, name):
    """Take one picture."""
    login, (width, height), address, steps = PICTURES[name]
    context = browser.new_context(viewport={"width": width, "height": height}, timezone_id="Asia/Shanghai")
    page = context.new_page()
    page.goto(f"{site}/login/")
    page.fill("[name=username]", login)
    page.fill("[name=password]", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(f"{site}/")
    page.goto(site + address)
    for step in steps:
        if name == "scheme-edit" and step == steps[-1]:
            make_mistakes(page.locator("textarea").first)
        page.locator("main").locator("a, button").filter(has_text=step).first.click()
        page.wait_for_load_state("networkidle")
    page.evaluate("scrollTo(0, 0)")
    picture = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
    picture.quantize(256, dither=Image.Dither.NONE).save(FOLDER / f"{name}.png", optimize=True)
    context.close()


def make_mistakes(box):
    """Write mistakes into the text of a rule book, so that the page says what is wrong."""
    text = box.input_value()
    for right, wrong in MISTAKES.items():
        text = text.replace(right, wrong, 1)
    box.fill(text)


if __name__ == "__main__":
    site, *names = sys.argv[1:]
    with sync_playwright() as playwright:
        found = shutil.which("chromium-headless-shell") or shutil.which("chromium")
        browser = playwright.chromium.launch(executable_path=found, args=["--no-sandbox"])
        for name in names:
            take(browser, site, name)
