"""A browser at the real thing: API, worker, database and the built application, with a small town in it.

Screenshots of the pages that were judged stay in the folder that RACHUN_SCREENSHOTS names.
"""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.e2e.texts import texts
from tests.e2e.town import LOGIN, PASSWORD, Town
from tests.faults.conftest import Place, own_place
from tests.faults.processes import REPOSITORY, running_server, running_worker
from tools.clients import build

PATIENCE_MS = 45_000  # two cores are shared with the other tests
SERVER_ERROR = 500
CHROMIUM = shutil.which("chromium")
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    address: str
    town: Town


@pytest.fixture(scope="package", autouse=True)
def chromium() -> str:
    """Debian's own, which bootstrap installs; asked for before anything is built or started."""
    if CHROMIUM is None:
        pytest.skip("no Chromium on this machine: `make bootstrap` as root installs it")
    return CHROMIUM


@pytest.fixture(scope="package")
def browser(chromium: str) -> Iterator[Browser]:
    """For this folder only: its driver keeps a loop in this thread, and no test after it could run one of its own."""
    with sync_playwright() as driver:
        opened = driver.chromium.launch(executable_path=chromium, args=list(FLAGS))
        yield opened
        opened.close()


@pytest.fixture(scope="package", autouse=True)
def orm_beside_browser() -> Iterator[None]:
    """Django would take the loop of the browser's driver for asynchronous code."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
        yield


@pytest.fixture(scope="package")
def place(
    chromium: str,
    servers: Any,
    django_db_setup: None,
    django_db_blocker: Any,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Place]:
    """One for all files of this folder: its processes start once."""
    with own_place(servers=servers, blocker=django_db_blocker, folder=tmp_path_factory.mktemp("e2e")) as made:
        yield made


@pytest.fixture(scope="package")
def site(place: Place) -> Iterator[Site]:
    from tests.e2e.town import settle

    for application in ("frontend", "mobile"):
        build(REPOSITORY / application)
    town = settle()
    with running_server(place.environment) as (_server, address), running_worker(place.environment):
        yield Site(address=address, town=town)


@dataclass(frozen=True, slots=True, kw_only=True)
class Screen:
    """A page in one language. say is how the catalogue puts a text."""

    page: Page
    site: Site
    language: str
    scheme: str

    def say(self, key: str) -> str:
        return texts(self.language)[key]

    def open(self, path: str) -> None:
        self.page.goto(f"{self.site.address}{path}")
        self.page.get_by_role("heading", level=1).wait_for()
        self.page.wait_for_load_state("networkidle")

    def enter(self, *, login: str = LOGIN) -> None:
        self.page.goto(f"{self.site.address}/login")
        self.sign_in(login=login)
        self.page.wait_for_url(lambda address: not address.endswith("/login"))
        self.page.get_by_role("navigation", name=self.say("rail.label")).wait_for()

    def sign_in(self, *, password: str = PASSWORD, login: str = LOGIN) -> None:
        self.page.get_by_label(self.say("login.login"), exact=True).fill(login)
        self.page.get_by_label(self.say("login.password"), exact=True).fill(password)
        self.page.get_by_role("button", name=self.say("login.submit")).click()

    def shows(self, key: str) -> None:
        """Somewhere on the page, in the words of the catalogue."""
        expect(self.page.get_by_text(self.say(key), exact=True).first).to_be_visible()

    def keep(self, name: str) -> None:
        """At rest: nothing that is still being asked for, nothing that moves."""
        if folder := os.environ.get("RACHUN_SCREENSHOTS"):
            self.page.wait_for_load_state("networkidle")
            expect(self.page.get_by_role("status", name=self.say("state.loading"))).to_have_count(0)
            path = Path(folder) / f"{name}-{self.language}-{self.scheme}.png"
            self.page.screenshot(path=path, animations="disabled")


@contextmanager
def screen_of(*, site: Site, browser: Browser, language: str, scheme: str) -> Iterator[Screen]:
    """A window of its own, signed out. Afterwards nothing may have broken, nor may the policy have refused anything."""
    context = browser.new_context(
        locale={"uk": "uk-UA", "bs": "bs-BA"}[language],
        timezone_id="Europe/Kyiv",
        color_scheme=scheme,
        viewport={"width": 1280, "height": 720},
    )
    context.add_init_script(f"window.localStorage?.setItem('rachun.language', '{language}')")
    page = context.new_page()
    page.set_default_timeout(PATIENCE_MS)
    expect.set_options(timeout=PATIENCE_MS)
    told: list[str] = []
    page.on("pageerror", lambda error: told.append(error.message))
    page.on("response", lambda answer: told.extend([answer.url] if answer.status >= SERVER_ERROR else []))
    page.on("console", lambda entry: told.extend([entry.text] if "Content Security" in entry.text else []))
    yield Screen(page=page, site=site, language=language, scheme=scheme)
    context.close()
    assert told == [], "the page broke, its policy refused something, or the server failed"


@pytest.fixture(params=[("uk", "light"), ("bs", "dark")], ids="-".join)
def screen(request: pytest.FixtureRequest, site: Site, browser: Browser) -> Iterator[Screen]:
    """Signed out, at 1280 by 720, in a language the person chose before."""
    language, scheme = request.param
    with screen_of(site=site, browser=browser, language=language, scheme=scheme) as shown:
        yield shown
        shown.keep(f"end-{request.function.__name__[:40]}")


@pytest.fixture
def inside(screen: Screen) -> Screen:
    screen.enter()
    return screen
