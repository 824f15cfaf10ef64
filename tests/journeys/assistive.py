"""What axe finds on a page that is serious or worse for whoever uses assistive tech."""

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page

RUN = """() => {
  const light = axe._audit.rules.filter((rule) => !["serious", "critical"].includes(rule.impact));
  const rules = Object.fromEntries(light.map((rule) => [rule.id, { enabled: false }]));
  return axe.run({ rules, resultTypes: ["violations"], preload: false }).then(({ violations }) =>
    violations.map((one) => `${one.id}: ${one.nodes[0].html.slice(0, 200)}`));
}"""


def grave(page: Page) -> list[str]:
    """The rules that are broken, each with the first place; those that can only be minor or moderate are not run."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    found: list[str] = page.evaluate(RUN)
    return found
