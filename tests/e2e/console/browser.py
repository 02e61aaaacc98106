"""Chromium, and what the tests do with the page: in a person's words, not in selectors."""

import os
import pathlib
import time

from selenium import webdriver
from selenium.common.exceptions import StaleElementReferenceException
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

SECONDS = 20
SHOTS = os.environ.get("CONSOLE_SHOTS")


def open_chromium():
    options = webdriver.ChromeOptions()
    for argument in ("--headless=new", "--disable-gpu", "--window-size=1280,800", "--no-first-run", "--disable-background-networking"):
        options.add_argument(argument)
    if os.geteuid() == 0:
        options.add_argument("--no-sandbox")
    options.set_capability("acceptInsecureCerts", True)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    driver = webdriver.Chrome(options=options, service=webdriver.ChromeService("/usr/bin/chromedriver"))
    driver.set_page_load_timeout(60)
    driver.set_script_timeout(60)
    return driver


class Page:
    def __init__(self, driver, url):
        self.driver = driver
        self.url = url

    def open(self, hash="", language="en"):
        """A fresh page with nothing remembered but the language."""
        self.cdp("Emulation.clearDeviceMetricsOverride")
        self.cdp("Emulation.setEmulatedMedia", features=[])
        self.driver.get(self.url + "/jianmen/")
        self.script("localStorage.clear(); if (arguments[0]) localStorage.setItem('jianmen.language', arguments[0]);", language)
        self.driver.get("about:blank")
        self.driver.get(self.url + "/jianmen/" + hash)
        self.wait("the stream", lambda: self.find("#connection").get_attribute("data-state") == "live")
        return self

    # --- looking

    def find(self, selector):
        return self.driver.find_element(By.CSS_SELECTOR, selector)

    def all(self, selector):
        return [element for element in self.driver.find_elements(By.CSS_SELECTOR, selector) if element.is_displayed()]

    def text(self, selector):
        return self.find(selector).text

    def script(self, code, *arguments):
        return self.driver.execute_script(code, *arguments)

    def cdp(self, command, **parameters):
        return self.driver.execute_cdp_cmd(command, parameters)

    def rows(self):
        """The rows in sight, from the top: texts by column."""
        return self.script("""
            return [...document.querySelectorAll('#rows .row')].filter((row) => !row.hidden)
              .sort((a, b) => a.getAttribute('aria-posinset') - b.getAttribute('aria-posinset'))
              .map((row) => Object.fromEntries([...row.children].map((cell) => [cell.className.split(' ')[0], cell.textContent])
                .concat([['id', row.dataset.id], ['chosen', row.getAttribute('aria-selected') === 'true']])));""")

    def wait(self, what, condition, seconds=SECONDS):
        limit = time.monotonic() + seconds
        while True:
            try:
                value = condition()
            except StaleElementReferenceException:
                value = None
            if value:
                return value
            if time.monotonic() > limit:
                raise AssertionError(f"{what} did not come in {seconds} s: {self.text('body')[:1500]}")
            time.sleep(0.05)

    def row_of(self, request_id):
        return self.wait(f"row {request_id}", lambda: next((row for row in self.rows() if row["id"] == request_id), None))

    def shot(self, name):
        if SHOTS:
            self.driver.save_screenshot(str(pathlib.Path(SHOTS) / f"{name}.png"))

    # --- doing

    def press(self, *keys):
        webdriver.ActionChains(self.driver).send_keys(*keys).perform()

    def focused(self):
        return self.script("return document.activeElement.id")

    def type(self, selector, text):
        self.find(selector).send_keys(text)

    def show(self, request_id):
        """Opens the request by the mouse."""
        self.row_of(request_id)
        self.script("document.querySelector(`[data-id='${arguments[0]}']`).click()", request_id)
        self.wait("the explanation", lambda: self.all("#detail .what"))

    def width(self, pixels, height=740):
        self.cdp("Emulation.setDeviceMetricsOverride", width=pixels, height=height, deviceScaleFactor=1, mobile=False)

    def colours(self, scheme):
        self.cdp("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])

    def faults(self):
        """What the browser complained about since the last look."""
        return [entry["message"] for entry in self.driver.get_log("browser") if entry["level"] == "SEVERE"]


__all__ = ["By", "Keys", "Page", "open_chromium"]
