"""index.html in a real browser: nothing is asked for, nothing goes wrong, what is searched is found, every link leads to a file.

    overview.py [WORKSPACE]

Runs the program on WORKSPACE (samples/county if absent) for the year and a quarter and opens each page in headless Chromium.
"""

import base64
import json
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from urllib.parse import unquote

from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import WebDriverWait

import common


def browser(folder):
    options = webdriver.ChromeOptions()
    options.binary_location = "/usr/bin/chromium"
    quiet = ["headless", "no-sandbox", "disable-gpu", "disable-quic", "no-first-run", "disable-background-networking", "disable-component-update", "disable-sync", "lang=zh-CN"]
    for argument in [*quiet, f"user-data-dir={folder}", "window-size=1200,1000"]:
        options.add_argument(f"--{argument}")
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    return webdriver.Chrome(options=options, service=webdriver.ChromeService("/usr/bin/chromedriver"))


def rows(driver, section):
    return [[cell.text for cell in row.find_elements(By.TAG_NAME, "td")] for row in driver.find_elements(By.CSS_SELECTOR, f"#{section} tr.row")]


def found(driver, section):
    """How many rows a search has, as its line says."""
    return int(re.search(r"\d+", driver.find_element(By.CSS_SELECTOR, f"#{section} .pages span").text)[0])


def seek(driver, section, text, count):
    box = driver.find_element(By.CSS_SELECTOR, f"#{section} input")
    box.clear()
    box.send_keys(text or " " + Keys.BACKSPACE)
    WebDriverWait(driver, 10).until(lambda _: found(driver, section) == count)


def look(driver, folder):
    results = [json.loads(line) for line in (folder / "results.jsonl").read_text(encoding="utf-8").splitlines()]
    members = [row for row in results if row["subject"] == "member" and not {"left", "moved-out"} & set(row["flags"])]
    page = folder / "index.html"
    driver.get_log("performance")
    driver.get(page.as_uri())
    WebDriverWait(driver, 20).until(lambda _: driver.find_elements(By.ID, "members"))

    # Nothing but the page itself is asked for, and nothing goes wrong.
    asked = [json.loads(entry["message"])["message"] for entry in driver.get_log("performance")]
    asked = [one["params"]["request"]["url"] for one in asked if one["method"] == "Network.requestWillBeSent"]
    assert all(unquote(url).startswith("file://") and url.split("#")[0] == page.as_uri() for url in asked), asked
    assert not driver.get_log("browser"), "the console has messages"

    # Its figures are those of the results.
    source = json.loads(driver.find_element(By.ID, "data").get_attribute("textContent"))
    columns = source["members"]
    assert len(columns["b"]) == len(members), (len(columns["b"]), len(members))
    for at, row in enumerate(members):
        assert (columns["n"][at], columns["t"][at], columns["d"][at]) == (row["name"], row["total"] or "", row["board"] or ""), row
        assert (source["grades"][columns["g"][at]] if columns["g"][at] >= 0 and source["grades"] else row["grade"]) == row["grade"], row
        figures = dict(zip([one["en"].rsplit("(", 1)[1][:-1] for one in source["schemes"][columns["s"][at]]["figures"]], columns["x"][at].split("|")))
        assert {key: value for key, value in figures.items() if value} == {k: v for k, v in row["figures"].items() if k not in ("total", "board")}, (row, figures)

    # Search, sort, and the rows of a branch.
    assert found(driver, "members") == len(members)
    name = members[0]["name"]
    seek(driver, "members", name, sum(name in f"{row['name']} {row['branch']}" for row in members))
    assert all(name in row[0] for row in rows(driver, "members"))
    seek(driver, "members", "", len(members))
    points = driver.find_elements(By.CSS_SELECTOR, "#members th button")[3]
    for down in (False, True):
        points.click()
        shown = [float(row[3]) for row in rows(driver, "members") if row[3]]
        assert shown == sorted(shown, reverse=down) and shown
    first = driver.find_element(By.CSS_SELECTOR, "#branches tr.row .more")
    first.send_keys(Keys.ENTER)
    opened = driver.find_element(By.CSS_SELECTOR, "#branches tr.open")
    code = rows(driver, "branches")[0][0]
    own = [row.text for row in opened.find_elements(By.CSS_SELECTOR, "tbody > tr")]
    assert len(own) == sum(row["branch_code"] == code for row in members), (code, own)
    assert first.get_attribute("aria-expanded") == "true"
    first.send_keys(Keys.ENTER)

    # Boards are shown as laid out: what stands in the PDF, where it stands.
    accepted = [at for at, branch in enumerate(source["branches"]) if branch["state"] == 0]
    for at in (accepted[0], accepted[-1]):
        branch = source["branches"][at]
        seek(driver, "branches", branch["code"], 1)
        driver.find_element(By.CSS_SELECTOR, "#branches tr.row .more").click()
        shown = driver.find_element(By.CSS_SELECTOR, "#branches tr.open .screen button")
        shown.send_keys(Keys.ENTER)
        WebDriverWait(driver, 10).until(lambda _: driver.find_elements(By.CSS_SELECTOR, "#branches .board svg"))
        assert shown.get_attribute("aria-expanded") == "true"
        drawn = driver.execute_script("return [...document.querySelectorAll('#branches .board svg')].map((page) => [page.getAttribute('viewBox'), [...page.querySelectorAll('text')].map((text) => text.textContent)])")
        paper = folder / branch["folder"] / "考核公示栏.pdf"
        said = subprocess.run(["pdftotext", "-layout", paper, "-"], capture_output=True, text=True, check=True).stdout
        pages = [one for one in said.split("\f") if one.strip()]
        assert len(drawn) == len(pages), (paper, len(drawn), len(pages))
        for (_, texts), one in zip(drawn, pages):
            letters = lambda text: sorted(re.sub(r"\s", "", text))
            assert letters("".join(texts)) == letters(one), paper
        sizes = subprocess.run(["pdfinfo", paper], capture_output=True, text=True, check=True).stdout
        across = float(re.search(r"Page size:\s+([\d.]+) x", sizes)[1])
        assert abs(float(drawn[0][0].split()[2]) / 10 - across) < 0.2, (drawn[0][0], sizes)
        shown.click()
        assert not driver.find_elements(By.CSS_SELECTOR, "#branches .board svg")
        seek(driver, "branches", "", len(source["branches"]))

    # Periods with what is posted and due.
    stages = [[cell.text for cell in row.find_elements(By.CSS_SELECTOR, "th, td")] for row in driver.find_elements(By.CSS_SELECTOR, "#stages tbody tr")]
    assert [row[0] for row in stages] == [one["zh"] for one in source["stages"]] and sum(one["now"] for one in source["stages"]) == 1
    for row, one in zip(stages, source["stages"]):
        assert row[2:] == [one["due"] or "", str(one["n"] or ""), one["date"] or "", one["last"] or ""], (row, one)
        assert row[1] in (["公示中", "已公示"] if one["n"] else ["本次（未公示）", "未公示", "未公示，已过报送截止日"]), row

    # Every file of the result for people is linked, and every link leads to one.
    sets = [f"{branch['folder']}/{name}" for branch in source["branches"] if branch.get("folder") and branch["files"] >= 0 for name in source["sets"][branch["files"]]]
    linked = {*source["files"], *sets, *(f"{path}/{name}" for path, names in source["folders"] for name in names)}
    written = {str(path.relative_to(folder)) for path in folder.rglob("*") if path.suffix in (".xlsx", ".pdf", ".zip")}
    kept = {path for path in linked if not (folder / path).is_file()}
    assert not kept, kept
    assert written <= linked, written - linked
    for anchor in driver.find_elements(By.CSS_SELECTOR, "main a"):
        path = unquote(anchor.get_attribute("href")).removeprefix("file://")
        assert Path(path).is_file(), path

    # Both languages are whole; light and dark; the page fits a narrow screen; it prints.
    for word, title in (("English", "Overview"), ("中文", "总览")):
        button = driver.find_element(By.ID, "lang")
        assert button.text == word
        button.click()
        assert driver.find_element(By.CSS_SELECTOR, "#overview h2").text == title
        left = re.findall(r"\{\w+\}|undefined|NaN", driver.find_element(By.TAG_NAME, "body").text)
        assert not left, left
    ground = driver.find_element(By.TAG_NAME, "body").value_of_css_property("background-color")
    driver.find_element(By.ID, "theme").click()
    assert driver.find_element(By.TAG_NAME, "body").value_of_css_property("background-color") != ground
    driver.find_element(By.ID, "theme").click()
    driver.set_window_size(500, 900)
    assert driver.execute_script("return document.documentElement.scrollWidth <= document.documentElement.clientWidth"), "wider than the screen"
    driver.set_window_size(1200, 1000)
    pdf = base64.b64decode(driver.execute_cdp_cmd("Page.printToPDF", {"printBackground": True})["data"])
    assert pdf.startswith(b"%PDF")
    assert not driver.get_log("browser"), "the console has messages"

    # Nobody's identity number, birth date or phone.
    text = page.read_text(encoding="utf-8").split('id="data">')[1].split("</script>")[0]
    assert not re.search(r"(?<!\d)\d{17}[\dXx](?!\d)", text), "an identity number"
    known = {"b", "n", "c", "s", "t", "d", "g", "st", "r", "o", "h", "f", "v", "x"}
    assert set(columns) == known, set(columns) ^ known
    returned = {at for at, branch in enumerate(source["branches"]) if branch["state"] == 1}
    assert {one["b"] for one in source["findings"]} <= returned
    return len(members), page.stat().st_size


def main():
    workspace = Path(sys.argv[1]) if len(sys.argv) > 1 else common.COUNTY
    with tempfile.TemporaryDirectory() as folder:
        driver = browser(Path(folder) / "profile")
        try:
            for period in ("2026", "2026Q3"):
                common.run(workspace, f"{folder}/out", "--period", period)
                members, size = look(driver, Path(folder) / "out" / period)
                print(f"{period}: {members} members, {size} bytes, every link, figure and view as it should be")
        finally:
            driver.quit()


main()
