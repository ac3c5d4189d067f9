"""A real portal and real browsers, one of each a session."""

import os

import pytest

from tests.browser.stack import standing_portal
from tests.browser.visitor import Visitor


@pytest.fixture(scope="session")
def portal(tmp_path_factory):
    """The whole portal with its demo members, at http://localhost."""
    with standing_portal(tmp_path_factory.mktemp("portal")) as running:
        yield running


@pytest.fixture(scope="session")
def browser_type_launch_args():
    """The Chromium that dev.py found; root has no sandbox to put it in."""
    return {
        "executable_path": os.environ["CHROMIUM"],
        "args": ["--no-sandbox"] if os.geteuid() == 0 else [],
    }


@pytest.fixture(scope="session")
def signed_in(browser, portal):
    """The cookies of somebody signed in, kept for the session: signing in costs both sides."""
    kept = {}

    def state(address):
        if address not in kept:
            visitor = Visitor(browser, portal)
            visitor.sign_in(address)
            kept[address] = visitor.context.storage_state()
            visitor.close()
        return kept[address]

    return state


@pytest.fixture
def visit(browser, portal, signed_in):
    """Open browsers for a test, which fails on anything they complained about."""
    visitors = []
    told = len(portal.stopped_by_policy())

    def opened(*, who=None, **wishes):
        visitor = Visitor(browser, portal, state=signed_in(who) if who else None, **wishes)
        visitors.append(visitor)
        return visitor

    yield opened
    for visitor in visitors:
        visitor.close()
    complaints = [complaint for visitor in visitors for complaint in visitor.complaints]
    complaints += portal.stopped_by_policy()[told:]
    assert not complaints, "\n".join(complaints)
