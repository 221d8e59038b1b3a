#!/usr/bin/env python3
"""A county run in parts, committee by committee, and merged is the county run at once: with results published before and
changed since, last year's results beside it. Who moved from one part to another is refused. The merged year is archived."""

import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import openpyxl

from common import PROGRAM, fault, finish, run, tree

# Of the files of a result only these tell about the making: the parts' own registers, what a part leaves for merging, and
# what it leaves for posting, which a merged result is not.
OWN = {"manifest.json", "merge.json", "changes.jsonl"}


def post(workspace):
    """Records the first half's boards as put up, so that the year's run has something to compare with."""
    command = [PROGRAM, "post", workspace, "--period", "2026H1", "--date", "2026-07-10", "--lang", "en"]
    done = subprocess.run(command, capture_output=True, text=True)
    # A part whose schemes score no half has no board to record.
    if done.returncode and "nothing to record" not in done.stderr:
        fault(f"{command} ended with {done.returncode}: {done.stderr}")


def parts(workspace, folder, count):
    """Workspaces with the same rules, each with some committees' rows of the register and folders of the inbox."""
    whole = openpyxl.load_workbook(workspace / "机构名册.xlsx").active
    rows = list(whole.iter_rows(values_only=True))
    head = next(at for at, row in enumerate(rows) if "支部编码" in row)
    column = rows[head].index("上级党组织")
    committees = list(dict.fromkeys(row[column] for row in rows[head + 1 :] if row[column]))
    made = []
    for part in range(count):
        own = set(committees[part::count])
        target = folder / f"part-{part}"
        target.mkdir()
        shutil.copy(workspace / "scorebook.toml", target)
        book = openpyxl.Workbook()
        for row in [rows[head], *(row for row in rows[head + 1 :] if row[column] in own)]:
            book.active.append(row)
        book.save(target / "机构名册.xlsx")
        for committee in own:
            if (workspace / "inbox" / committee).exists():
                shutil.copytree(workspace / "inbox" / committee, target / "inbox" / committee)
        (target / "inbox").mkdir(exist_ok=True)
        made.append(target)
    return made


def column(sheet, name):
    return next(cell.column for cell in sheet[1] if cell.value == name)


def tidy_books(workspace, accepted):
    """Accepted submissions that are as they were handed out, by committee: who moves must be read on both sides."""
    found = {}
    for path in sorted((workspace / "inbox").rglob("*.xlsx")):
        book = openpyxl.load_workbook(path)
        roster = book["党员名册"] if "党员名册" in book.sheetnames else None
        tidy = roster and [cell.value for cell in roster[1]][:2] == ["序号", "姓名"] and {"支部信息", "积分登记"} <= set(book.sheetnames)
        if tidy and path.relative_to(workspace / "inbox").as_posix() in accepted:
            found.setdefault(path.parent.name, []).append((path, book))
    return found


def pair(books):
    """Submissions of two committees with the same sheets and columns."""
    heads = lambda book: {sheet.title: [cell.value for cell in sheet[1]] for sheet in book.worksheets if sheet.title != "支部信息"}
    committees = list(books)
    for at, one in enumerate(committees):
        for other in committees[at + 1 :]:
            for source in books[one]:
                for target in books[other]:
                    # Committees take turns in the three parts.
                    if (committees.index(other) - at) % 3 and heads(source[1]) == heads(target[1]):
                        return source, target
    raise SystemExit("merge: nobody can move")


def copy_member(source, target, months):
    """The last of a roster goes over in some month: the rows are copied, the months of both bounded."""
    (from_path, old), (to_path, new) = source, target
    rows = list(old["党员名册"].iter_rows(min_row=2))
    name = rows[-1][1].value
    number = 1 + max(row[0].value for row in new["党员名册"].iter_rows(min_row=2))
    for sheet in old.worksheets:
        if sheet.title == "支部信息" or sheet.title not in new.sheetnames:
            continue
        heads = [cell.value for cell in new[sheet.title][1]]
        for row in [row for row in sheet.iter_rows(min_row=2) if row[1].value == name]:
            values = dict(zip((cell.value for cell in sheet[1]), (cell.value for cell in row)))
            new[sheet.title].append([number if head == "序号" else values.get(head) for head in heads])
    rosters = old["党员名册"], new["党员名册"]
    rosters[0].cell(rosters[0].max_row, column(rosters[0], "截止月")).value = months[0]
    rosters[1].cell(rosters[1].max_row, column(rosters[1], "起始月")).value = months[1]
    old.save(from_path)
    new.save(to_path)
    return name


def lower_marks(books):
    """What a branch corrects after publication: a point off each whole mark and deduction in its first rows."""
    for path, book in books:
        for cell in [cell for row in list(book["积分登记"].iter_rows(min_row=2))[:4] for cell in row[3:]]:
            if isinstance(cell.value, int) and (5 < cell.value <= 10 or -5 <= cell.value < 0):
                cell.value -= 1
        book.save(path)


def last_year(whole, target):
    """The whole county's results of today as if of last year, a branch here and there far from today's."""
    rows = [json.loads(line) for line in (whole / "results.jsonl").read_text("utf-8").splitlines()]
    low = {code for at, code in enumerate(sorted({row["branch_code"] for row in rows})) if at % 3 == 0}
    for row in rows:
        row.update(year=2025, period="2025")
        if row["branch_code"] in low and row["total"] is not None:
            row["total"] = "20.00"
    target.mkdir()
    (target / "results.jsonl").write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), "utf-8")


def archived(whole, folder, outs, made):
    """The merged year out of a workspace of the whole county; refused from anything less."""
    bag = folder / "bag"
    command = [PROGRAM, "archive", whole, "--to", bag, "--incomplete", "x", "--lang", "en", "--format", "json"]

    def attempt(expect):
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode not in expect:
            fault(f"archive of a merged result ended with {done.returncode}: {done.stderr}")
        return done

    shutil.rmtree(whole / "out")
    merge(outs, whole / "out", (0, 1))
    attempt((0, 1))
    done = subprocess.run([PROGRAM, "verify", bag, "--rerun", "--lang", "en"], capture_output=True, text=True)
    if done.returncode:
        fault(f"the bag of a merged result: {done.stdout} {done.stderr}")
    for name in ["results.jsonl", "全县汇总.xlsx"]:
        if (bag / "data/run" / name).read_bytes() != (folder / "merged/2026" / name).read_bytes():
            fault(f"the bag's {name} is not the merged one")
    shutil.rmtree(bag)

    def refused(what, word):
        done = attempt((2,))
        if word not in done.stderr or bag.exists():
            fault(f"{what}: {done.stderr}")

    register = whole / "机构名册.xlsx"
    kept = register.read_bytes()
    shutil.copy(made[0] / "机构名册.xlsx", register)
    refused("a part's register", "archive a merged result from a workspace of the whole county")
    register.write_bytes(kept)
    (whole / "templates").mkdir()
    (whole / "templates/intake.toml").write_text("", "utf-8")
    refused("other words for sheets", "added 1: templates/intake.toml")
    shutil.rmtree(whole / "templates")
    next((whole / "inbox").rglob("*.xlsx")).unlink()
    refused("a submission less", "gone 1")
    (whole / "scorebook.toml").rename(whole / "aside.toml")
    refused("no workspace", "holds only a merged result")


def merge(outs, out, expect):
    command = [PROGRAM, "merge", *outs, "--out", out, "--lang", "en"]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode not in expect:
        fault(f"{command} ended with {done.returncode}: {done.stderr}")
    return done


def sheets(path):
    book = openpyxl.load_workbook(path, read_only=True)
    return {sheet.title: [row for row in sheet.iter_rows(values_only=True)] for sheet in book}


# The county's own forms need the submissions: a merged result has results only. They are printed by a run over all branches.
COUNTY_FORMS = {f"{title}.{kind}" for title in ("年度综合得分登记表", "等次名单") for kind in ("pdf", "xlsx")}


def at_a_glance(folder):
    """What index.html holds, without its links to the county's own forms."""
    data = json.loads((folder / "index.html").read_text("utf-8").split('id="data">')[1].split("</script>")[0])
    data["files"] = [file for file in data["files"] if file not in COUNTY_FORMS]
    return data


def compare(one, other):
    first, second = tree(one), tree(other)
    if COUNTY_FORMS & second.keys() or COUNTY_FORMS - first.keys():
        fault("the county's own forms stand in the merged result, or not in the whole run")
    for path in sorted((first.keys() | second.keys()) - OWN - COUNTY_FORMS - {"index.html"}):
        if first.get(path) != second.get(path):
            where = "differs" if path in first and path in second else "is in one of them only"
            if where == "differs" and path.endswith(".xlsx"):
                a, b = sheets(one / path), sheets(other / path)
                where += f": {[(name, a.get(name), b.get(name)) for name in a.keys() | b.keys() if a.get(name) != b.get(name)][:1]}"[:600]
            fault(f"{path} {where}")
    if at_a_glance(one) != at_a_glance(other):
        fault("index.html differs")
    one, other = (json.loads((folder / "manifest.json").read_text("utf-8")) for folder in (one, other))
    for key in ["version", "county", "period", "date", "schemes", "templates", "inputs"]:
        if one[key] != other[key]:
            fault(f"manifest.json: {key} differs")
    for file in [output for output in one["outputs"] if output["file"] not in OWN | COUNTY_FORMS | {"index.html"}]:
        if file not in other["outputs"]:
            fault(f"manifest.json: {file['file']} is told otherwise")
    return len(first)


def main():
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        workspace = folder / "county"
        schemes = ["--scheme", "ju-10star", "--scheme", "register-60", "--scheme", "hospital-dual"]
        subprocess.run([PROGRAM, "sample", workspace, "--branches", "20", "--members", "7", "--mess", "40", *schemes], check=True, capture_output=True)
        config = workspace / "scorebook.toml"
        config.write_text('person_key = "one-key-for-all-parts"\n' + config.read_text("utf-8"), "utf-8")
        run(workspace, folder / "first")
        results = [json.loads(line) for line in (folder / "first/2026/results.jsonl").read_text("utf-8").splitlines()]
        branches = {row["branch_code"] for row in results}
        state = json.loads((folder / "first/2026/merge.json").read_text("utf-8"))
        books = tidy_books(workspace, {line["file"] for line in state["branches"] if line["branch"]["code"] in branches})
        source, target = pair(books)
        run(workspace, workspace / "out", "--period", "2026H1")
        post(workspace)
        made = parts(workspace, folder, 3)
        if any(all((part / path.relative_to(workspace)).exists() for path, _ in (source, target)) for part in made):
            fault("who moves stays within a part, which proves nothing")
        for part in made:
            run(part, part / "out", "--period", "2026H1")
            post(part)
        lower_marks([own[0] for own in books.values()])
        run(workspace, folder / "draft")
        last_year(folder / "draft/2026", folder / "last-year")
        last = ["--last-year", folder / "last-year"]
        run(workspace, workspace / "out", *last)
        for part in made:
            for path in (part / "inbox").rglob("*.*"):
                shutil.copy(workspace / path.relative_to(part), path)
            run(part, part / "out", *last)
        outs = [part / "out/2026" for part in made]
        told = merge(outs, folder / "merged", (0, 1)).stdout
        if "年度综合得分登记表、等次名单" not in told:
            fault(f"merge does not say which forms its result lacks: {told}")
        files = compare(workspace / "out/2026", folder / "merged/2026")
        told = sheets(folder / "merged/2026/全县汇总.xlsx")
        changed, unusual = ([row for row in told[name] if row[0] and row[0][0] == "0"] for name in ("变更", "异常"))
        if len({row[2] for row in changed}) < 2 or not any("平均分" in str(row) for row in unusual):
            fault(f"too little to compare: {len(changed)} changes, {len(unusual)} unusual branches")
        merge([outs[2], outs[0], outs[1]], folder / "turned", (0, 1))
        if tree(folder / "merged") != tree(folder / "turned"):
            fault("the order of the arguments changes the result")

        def refused(what, word, outs):
            done = merge(outs, folder / "none", (2,))
            if word not in done.stderr or (folder / "none/2026").exists():
                fault(f"{what}: {done.stderr}")

        refused("one part twice", "is in both", [outs[0], outs[0]])
        refused("no result", "no merge.json", [workspace])
        text = (made[1] / "scorebook.toml").read_text("utf-8")
        (made[1] / "scorebook.toml").write_text(text.replace("12380", "12381"), "utf-8")
        run(made[1], made[1] / "other")
        refused("another rule", "the settings", [outs[0], made[1] / "other/2026"])
        (made[1] / "scorebook.toml").write_text(text.replace("for-all-parts", "for-this-part"), "utf-8")
        run(made[1], made[1] / "other")
        refused("another person_key", "person_key", [outs[0], made[1] / "other/2026"])
        (made[1] / "scorebook.toml").write_text(text, "utf-8")
        archived(workspace, folder, outs, made)
        form = next(outs[1].rglob("支部/*/*.pdf"))
        form.write_bytes(form.read_bytes() + b" ")
        refused("a changed form", "was changed after its run", outs)
        # Who moves from one part to another is scored from the entries of both, which no part has.
        copy_member(source, target, (6, 7))
        for part in made:
            for path, _ in (source, target):
                own = part / path.relative_to(workspace)
                if own.exists():
                    shutil.copy(path, own)
            run(part, part / "moved", *last)
        refused("a move that no part can settle", "run them in one part", [part / "moved/2026" for part in made])
    finish(f"three parts merged are one run, {files} files compared, {len(changed)} changes and {len(unusual)} unusual branches among them; archived")


main()
