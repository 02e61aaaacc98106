import os
import pathlib
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "python"))
for name in list(os.environ):
    if name.lower().endswith("_proxy") or name.startswith("HUAWEICLOUD_"):
        del os.environ[name]

from browser import Page, open_chromium  # noqa: E402
from caller import Caller  # noqa: E402
from server import Server  # noqa: E402


@pytest.fixture(scope="session")
def driver():
    opened = open_chromium()
    yield opened
    opened.quit()


@pytest.fixture(scope="module")
def server():
    """One freshly started demo a file."""
    with Server() as started:
        yield started


@pytest.fixture
def page(driver, server):
    opened = Page(driver, server.http)
    opened.faults()
    yield opened
    assert not opened.faults()


@pytest.fixture
def caller(server):
    return Caller(server.http)
