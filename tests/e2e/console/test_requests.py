"""The list of requests and one request's explanation."""

import pytest
from browser import Keys
from caller import ADMIN, NEWCOMER, SERVERS


@pytest.fixture(scope="module")
def sent(server):
    """One request of each kind, by what became of it."""
    from caller import Caller

    caller = Caller(server.http)
    kinds = {
        "allowed": caller.signed(ADMIN),
        "no permission": caller.signed(NEWCOMER),
        "slash": caller.signed(ADMIN, sign_slash=False),
        "nowhere": caller.send(target="/v1//cloudservers/detail"),
    }
    assert [status for status, _ in kinds.values()] == [200, 403, 401, 404]
    return {name: request_id for name, (_, request_id) in kinds.items()}


def test_what_came_before_is_there_and_what_comes_appears_on_top(page, caller, sent):
    page.open()
    for request_id in sent.values():
        page.row_of(request_id)
    _, fresh = caller.signed(NEWCOMER)
    row = page.row_of(fresh)
    assert row["verdict"] == "refused" and row["status"] == "403"
    assert row["operation"] == "ecs:ListServersDetails" and row["who"] == "newcomer"
    assert row["reason"] == "The user is in no group and has no grant at all"
    assert page.rows()[0]["id"] == fresh
    page.shot("list")


def test_the_filter_narrows_by_every_means(page, sent):
    page.open()
    page.row_of(sent["slash"])
    cases = [
        ("#filter-text", "empty_segment", {"nowhere"}),
        ("#filter-text", "/v1//CLOUD", {"nowhere"}),
        ("#filter-text", sent["slash"], {"slash"}),
        ("#filter-operation", "listservers", {"allowed", "no permission", "slash"}),
        ("#filter-who", "newcomer", {"no permission"}),
        ("#filter-who", ADMIN[0], {"allowed", "slash"}),
        ("#filter-verdict", "allowed", {"allowed"}),
        ("#filter-verdict", "refused or", {"no permission", "slash", "nowhere"}),
    ]
    names = {request_id: name for name, request_id in sent.items()}
    for field, text, wanted in cases:
        page.type(field, text)
        page.wait(f"{field} {text}", lambda: {names.get(row["id"], "") for row in page.rows()} - {""} == wanted)
        page.find("#filter-clear").click()
        assert page.focused() == "filter-text"
    page.type("#filter-text", "fits nothing at all")
    page.wait("the empty list", lambda: page.text("#empty") == "No request fits the filter.")
    assert not page.rows()


def test_a_request_is_read_with_the_keyboard_alone(page, sent):
    page.open()
    page.row_of(sent["no permission"])
    page.press("/")
    assert page.focused() == "filter-text"
    page.press(sent["no permission"])
    page.wait("one row", lambda: len(page.rows()) == 1)
    page.press(Keys.ESCAPE)
    assert page.focused() == "list"
    page.press("j")
    page.wait("the choice", lambda: page.rows()[0]["chosen"])
    assert page.find("#list").get_attribute("aria-activedescendant") == "row-0"
    page.press(Keys.ENTER)
    page.wait("the explanation", lambda: page.all("#detail .what"))
    assert page.focused() == "detail"
    text = page.text("#detail")
    for part in ("The user is in no group and has no grant at all", "permission.no_group", "What mends it", "Ecs.0110",
                 "authorize", "µs", "newcomer", sent["no permission"], "cn-north-4"):
        assert part in text, part
    page.press(Keys.ESCAPE)
    page.wait("the list", lambda: not page.all("#detail"))
    assert page.focused() == "list"
    page.press("?")
    page.wait("the keys", lambda: page.all("#keys"))
    page.shot("keys")
    page.press(Keys.ESCAPE)
    page.wait("the page", lambda: not page.all("#keys"))


def test_moving_on_with_a_request_open_reads_the_next(page, sent):
    page.open()
    page.type("#filter-operation", "ListServersDetails")
    page.wait("the rows", lambda: len(page.rows()) >= 3)
    page.press(Keys.ESCAPE, "j", Keys.ENTER)
    page.wait("the first", lambda: page.all("#detail .what"))
    first = page.text("#detail .facts .copied code")
    page.press("j")
    page.wait("the second", lambda: page.all("#detail .what") and page.text("#detail .facts .copied code") != first)
    page.press("k")
    page.wait("the first again", lambda: page.all("#detail .what") and page.text("#detail .facts .copied code") == first)


def test_the_difference_of_a_signature_is_marked(page, sent):
    page.open()
    page.show(sent["slash"])
    sides = page.all("#detail .side")
    assert [side.text.split()[0] for side in sides] == ["signed", "arrived"]
    assert [mark.text for mark in page.all("#detail mark")] == ["∅", "/"]
    lines = [line.text for line in page.all("#detail .line")]
    assert lines[1] == SERVERS + "/" and lines[0].startswith(SERVERS)
    assert page.script("return getComputedStyle(document.querySelector('#detail .line')).fontFamily").startswith("ui-monospace")
    page.wait("the same cause in the list", lambda: page.row_of(sent["slash"])["reason"].startswith("The trailing /"))
    page.shot("difference")


def test_the_steps_are_a_bar_whose_pieces_are_as_long_as_their_times(page, sent):
    page.open()
    page.show(sent["allowed"])
    steps = page.all("#detail .steps li")
    pieces = page.script("return [...document.querySelectorAll('#detail .bar span')].map((piece) => piece.offsetWidth)")
    times = [int(step.text.split()[-2]) for step in steps]
    assert len(pieces) == len(times) >= 3
    assert pieces.index(max(pieces)) == times.index(max(times))
    assert "The request was allowed." in page.text("#detail")


def test_a_fix_is_copied(page, sent):
    page.open()
    page.cdp("Browser.grantPermissions", permissions=["clipboardReadWrite", "clipboardSanitizedWrite"])
    page.show(sent["no permission"])
    fix = page.text("#detail .fix code")
    page.find("#detail .fix .copy").click()
    page.wait("the word", lambda: page.text("#detail .fix .copy") == "Copied")
    copied = page.driver.execute_async_script(
        "const done = arguments[0]; navigator.clipboard.readText().then(done, (error) => done(String(error)));")
    assert copied == fix


def test_an_address_leads_to_its_request(page, sent):
    page.open(f"#request/{sent['slash']}")
    page.wait("the explanation", lambda: page.all("#detail mark"))
    page.driver.get(page.url + "/jianmen/#request/" + "0" * 32)
    page.wait("the sentence", lambda: "no longer in the journal" in page.text("#detail"))
    assert any("404" in fault for fault in page.faults())  # the browser says it, too


def test_nothing_yet_says_how_to_begin(driver):
    from browser import Page
    from server import Server

    with Server() as fresh:
        page = Page(driver, fresh.http).open()
        page.wait("the sentence", lambda: "No request has come yet" in page.text("#empty"))
        assert f"curl -s {fresh.http}/v3/projects" in page.text("#empty")
        page.shot("empty")
