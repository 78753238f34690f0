"""What every page has to pass: axe without violations, nothing cut, nothing in an unknown language."""

from typing import Any

from playwright.sync_api import Page

from tests.faults.processes import REPOSITORY

AXE = REPOSITORY / "frontend/node_modules/axe-core/axe.min.js"
# Text that does not fit its box and is cut, on purpose or not; and a page wider than the window. Judged at rest: what
# moves after a change of the window has to have arrived.
CUT = """async () => {
  const frame = () => new Promise((done) => requestAnimationFrame(done));
  await frame();
  const moving = document.getAnimations().filter((one) => one.effect?.getComputedTiming().endTime !== Infinity);
  await Promise.allSettled(moving.map((one) => one.finished));
  await frame();
  const cut = [...document.querySelectorAll('button, a, th, td, label, h1, h2, dt, dd, [role=tab]')]
    .filter((one) => one.offsetParent && one.textContent.trim())
    .filter((one) => one.scrollWidth > one.clientWidth + 1 && getComputedStyle(one).overflowX !== 'visible')
    .map((one) => one.textContent.trim());
  const root = document.documentElement;
  return root.scrollWidth > root.clientWidth ? [...cut, `page ${root.scrollWidth} px wide`] : cut;
}"""


def violations(page: Page) -> list[str]:
    page.evaluate(AXE.read_text())
    found: dict[str, Any] = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    return [f"{one['id']}: {[node['html'] for node in one['nodes']]}" for one in found["violations"]]


def cut_texts(page: Page) -> list[str]:
    found: list[str] = page.evaluate(CUT)
    return found
