"""The officer's desk after the demo has run: the same case and pages, looked at again while no process is running."""

import httpx

from sar_service import create_app
from sar_service.demo.browse import Browser, Page
from sar_service.demo.council import Council
from sar_service.demo.walk import Walk


class Desk:
    """Somebody of the demo's staff, signed in, before the one case that was answered."""

    def __init__(self, council: Council) -> None:
        self.walk = _Inside(council)
        self.officer = self.walk.sign_in("officer")
        page = self.officer.open("/staff/?closed=yes")
        self.walk.reference = next(words for words, href in page.links() if "/staff/cases/" in href)

    def page(self, tab: str) -> Page:
        """A page of the case: `search`, `people`, `by-hand`."""
        return self.walk.case(self.officer, tab)

    def candidate(self, reference: str) -> str:
        """What the search page says of somebody who was found: their whole card; nothing if they were not shown."""
        for card in self.page("search").tree.xpath("//article[contains(@class, 'sar-card')]"):
            if card.xpath("string(.//*[contains(@class, 'sar-reference')])").strip() == reference:
                return " ".join(card.text_content().split())
        return ""

    def person(self, name: str) -> str:
        """The row of the people register that bears this name; nothing if there is none."""
        for row in self.page("people").tree.xpath("//tr[.//th//a]"):
            if name in " ".join(row.xpath("string(.//th)").split()):
                return " ".join(row.text_content().split())
        return ""

    def close(self) -> None:
        self.officer.close()


class _Inside(Walk):
    """A walk whose browsers reach the pages within this process."""

    def __init__(self, council: Council) -> None:
        super().__init__(council)
        self.app = create_app(environ=council.environ)

    def visitor(self) -> Browser:
        browser = Browser(self.council.address)
        browser.client.close()
        browser.client = httpx.Client(
            transport=httpx.WSGITransport(app=self.app), base_url=self.council.address, follow_redirects=True
        )
        return browser
