"""Doctor, directory, language, colours, sizes, and who can read it."""

import pytest
from browser import Keys
from caller import ADMIN, NEWCOMER

TRACE = """Traceback (most recent call last):
  File "list.py", line 12, in <module>
huaweicloudsdkcore.exceptions.exceptions.ClientRequestException: ClientRequestException - {status_code:401,request_id:%s,
error_code:APIGW.0301,error_msg:Incorrect IAM authentication information: verify aksk signature fail}"""


@pytest.fixture(scope="module", autouse=True)
def sent(server):
    from caller import Caller

    caller = Caller(server.http)
    caller.signed(ADMIN)
    caller.signed(NEWCOMER)
    return caller.signed(ADMIN, sign_slash=False)[1]


def test_the_doctor_reads_what_is_pasted(page, sent):
    page.open("#doctor")
    page.find("#diagnose").click()
    page.wait("the sentence", lambda: "nothing to look at" in page.text("#diagnosis"))
    page.script("document.getElementById('paste').value = arguments[0]", TRACE % sent)
    page.find("#paste").send_keys(Keys.CONTROL, Keys.ENTER)
    page.wait("the diagnosis", lambda: page.all("#diagnosis .what"))
    assert "signature.path_slash" in page.text("#diagnosis"), "the journal knows the request"
    assert page.all("#diagnosis mark")
    page.shot("doctor")
    page.script("document.getElementById('paste').value = 'It rains.'")
    page.find("#diagnose").click()
    page.wait("the answer", lambda: page.all("#diagnosis .what") and "unknown" in page.text("#diagnosis"))
    page.find("#language").click()
    page.wait("the same in Chinese", lambda: page.text("#diagnosis h2") and page.text("#diagnosis h2") != "" and
              page.script("return /[\\u4e00-\\u9fff]/.test(document.querySelector('#diagnosis h2').textContent)"))
    page.script("document.getElementById('paste').value = 'x'.repeat((1 << 20) + 1)")
    page.find("#diagnose").click()
    page.wait("the limit", lambda: "1 MiB" in page.text("#diagnosis"))


def test_the_directory_is_searched(page):
    page.open("#endpoints")
    page.wait("the table", lambda: page.all("#endpoint-table tbody tr"))
    assert page.script("return document.querySelectorAll('#endpoint-table tbody tr').length") == 200
    page.type("#endpoint-text", "ecs")
    page.script("const region = document.getElementById('endpoint-region'); region.value = 'cn-north-4';"
                "region.dispatchEvent(new Event('change'))")
    page.wait("the host", lambda: "ecs.cn-north-4.myhuaweicloud.com" in page.text("#endpoint-table"))
    assert page.script("return document.querySelectorAll('#endpoint-table tbody tr').length") < 10
    page.type("#endpoint-text", " nothing like this")
    page.wait("the sentence", lambda: page.text("#endpoint-count") == "No endpoint fits the search.")
    page.shot("endpoints")


def test_the_language_is_the_browsers_and_then_the_persons(page):
    for accepted, language, tab in (("zh-CN,zh", "zh-CN", "请求"), ("de-DE,de", "en", "Requests"), ("en-US,en", "en", "Requests")):
        page.cdp("Network.setUserAgentOverride", userAgent="test", acceptLanguage=accepted)
        page.open(language=None)
        assert page.script("return document.documentElement.lang") == language, accepted
        assert page.text("#tab-requests") == tab
    page.find("#language").click()
    assert page.text("#tab-doctor") == "诊断"
    page.driver.refresh()
    page.wait("Chinese again", lambda: page.text("#tab-doctor") == "诊断")
    page.row = page.wait("the rows", page.rows)
    assert "被拒绝" in {row["verdict"] for row in page.rows()}
    page.press(Keys.HOME)


def test_no_text_is_left_untranslated(page):
    page.open()
    keys = page.driver.execute_async_script("""
        const done = arguments[0];
        (async () => {
          const source = await (await fetch('texts.js')).text();
          const halves = source.split(/^  'zh-CN': \\{$/m);
          const names = (half) => [...half.matchAll(/^    '?([a-z_ ]+)'?: /gm)].map((match) => match[1]);
          done([names(halves[0]), names(halves[1])]);
        })();""")
    assert keys[0] and sorted(keys[0]) == sorted(keys[1])
    untranslated = page.script("""
        return [...document.querySelectorAll('[data-text]')].filter((element) => !element.textContent ||
          element.textContent === element.dataset.text).map((element) => element.dataset.text)""")
    assert not [name for name in untranslated if name not in ("refused", "failed", "allowed")]


def test_colours_follow_the_system_until_somebody_chooses(page):
    ground = "return getComputedStyle(document.body).backgroundColor"
    page.open()
    page.colours("dark")
    page.wait("dark", lambda: page.script(ground) == "rgb(20, 23, 28)")
    page.find("#theme").click()
    assert page.script(ground) == "rgb(255, 255, 255)"
    assert page.find("#theme").get_attribute("aria-label") == "Colours: light"
    page.colours("light")
    page.find("#theme").click()
    assert page.script(ground) == "rgb(20, 23, 28)"
    page.driver.refresh()
    page.wait("dark still", lambda: page.script(ground) == "rgb(20, 23, 28)")


# Every text in sight against the nearest ground that is painted: WCAG 2.1, 1.4.3.
CONTRAST = """
const channels = (colour) => (colour.match(/[\\d.]+/g) ?? []).map(Number);
const luminance = ([r, g, b]) => [r, g, b].map((value) => value / 255)
  .map((value) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4))
  .reduce((sum, value, i) => sum + value * [0.2126, 0.7152, 0.0722][i], 0);
const ground = (element) => {
  for (let at = element; at; at = at.parentElement) {
    const colour = channels(getComputedStyle(at).backgroundColor);
    if (colour.length === 3 || colour[3] === 1) return colour;
  }
  return [255, 255, 255];
};
const found = [];
const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
let seen = 0;
while (walker.nextNode()) {
  const element = walker.currentNode.parentElement;
  if (!walker.currentNode.textContent.trim() || !element.checkVisibility() || element.closest('noscript, .unseen')) continue;
  ++seen;
  const [a, b] = [luminance(channels(getComputedStyle(element).color)), luminance(ground(element))].sort((x, y) => y - x);
  const ratio = (a + 0.05) / (b + 0.05);
  if (ratio < 4.5) found.push(`${element.className || element.tagName} ${ratio.toFixed(2)} ${walker.currentNode.textContent.slice(0, 40)}`);
}
return [seen, found];
"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_text_has_enough_contrast(page, sent, scheme):
    for place in (f"#request/{sent}", "#doctor", "#endpoints"):
        page.open(place)
        page.colours(scheme)
        if place == "#endpoints":
            page.wait("the table", lambda: page.all("#endpoint-table tbody tr"))
        if place.startswith("#request"):
            page.wait("the explanation", lambda: page.all("#detail mark"))
            page.shot(f"detail-{scheme}")
        seen, found = page.script(CONTRAST)
        assert seen > 10 and not found, found


@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_nothing_is_cut_off_on_a_narrow_screen(page, sent, language):
    for place in ("", f"#request/{sent}", "#doctor", "#endpoints"):
        page.open(place, language)
        page.width(360)
        page.driver.refresh()
        if place.startswith("#request"):
            page.wait("the explanation", lambda: page.all("#detail mark"))
            assert page.script("return document.querySelector('#detail mark').getBoundingClientRect().right") < 360
        if place == "#endpoints":
            page.wait("the table", lambda: page.all("#endpoint-table tbody tr"))
        wide = page.script("""
            return [...document.querySelectorAll('body *')].filter((element) => element.checkVisibility() &&
              !element.closest('.scroll, .difference, #rows, .skip, .unseen') && element.getBoundingClientRect().right > 361)
              .map((element) => element.tagName + '#' + element.id + '.' + element.className);""")
        assert not wide, (place, wide)
        assert page.script("return document.documentElement.scrollWidth") <= 360
        page.shot(f"narrow-{language}-{place.strip('#').split('/')[0] or 'list'}")
    page.open("", language)
    page.width(360)
    page.show(sent)
    assert not page.all("#list")
    page.find("#detail .close").click()
    page.wait("the list", lambda: page.all("#list"))


def test_whoever_does_not_see_it_is_told(page, sent):
    page.open(f"#request/{sent}")
    page.wait("the explanation", lambda: page.all("#detail mark"))
    for place in ("requests", "doctor", "endpoints"):
        page.find(f"#tab-{place}").click()
        if place == "endpoints":
            page.wait("the table", lambda: page.all("#endpoint-table tbody tr"))
        tree = page.cdp("Accessibility.getFullAXTree")["nodes"]
        roles = ("button", "textbox", "searchbox", "combobox", "tab", "listbox", "option", "link", "ComboBoxSelect")
        named = [(node["role"]["value"], node.get("name", {}).get("value", "")) for node in tree
                 if not node.get("ignored") and node.get("role", {}).get("value") in roles]
        assert len(named) > 5
        assert not [role for role, name in named if not name.strip()], place
    assert page.script("return document.querySelectorAll('[role=tabpanel]:not([hidden])').length") == 1


def test_the_focus_is_seen_wherever_it_is(page, sent):
    page.open()
    page.row_of(sent)
    stops = set()
    for _ in range(20):
        page.press(Keys.TAB)
        element, outline = page.script("""
            const style = getComputedStyle(document.activeElement);
            return [document.activeElement.id, document.activeElement === document.body ? 'none' : style.outlineStyle]""")
        if element:
            assert outline == "solid", element
            stops.add(element)
    assert {"tab-requests", "language", "theme", "help", "filter-text", "filter-verdict", "filter-operation", "filter-who",
            "list"} <= stops


def test_tabs_are_walked_by_keys(page):
    page.open()
    page.press("2")
    assert page.focused() == "paste"
    page.press(Keys.ESCAPE, "3")
    assert page.focused() == "endpoint-text"
    page.press(Keys.ESCAPE, "1")
    assert page.focused() == "list"
    page.find("#tab-requests").send_keys(Keys.ARROW_RIGHT)
    assert page.focused() == "tab-doctor"
    page.driver.back()
    page.wait("the tab before", lambda: page.find("#tab-requests").get_attribute("aria-selected") == "true")


def test_nothing_comes_from_elsewhere(page, sent):
    page.open(f"#request/{sent}")
    page.wait("the explanation", lambda: page.all("#detail mark"))
    names = page.script("return performance.getEntriesByType('resource').map((entry) => entry.name)")
    assert names and all(name.startswith(page.url + "/jianmen/") for name in names)
