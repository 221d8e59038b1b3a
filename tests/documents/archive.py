#!/usr/bin/env python3
"""The yearly archive as others see it: two BagIt validators that know nothing of this program, other programs' zips,
and every kind of damage. Argument: how often an archive is killed while it is made. Needs `bagit` and `bagit-utils`."""

import hashlib
import json
import logging
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
import unicodedata
import zipfile
from pathlib import Path

import bagit
from bagit_utils import Bag as OtherBag

from common import COUNTY, PROGRAM, ROOT, digest, fault, finish, run, tree

REASON = "缓报支部待补"
logging.disable(logging.CRITICAL)  # bagit-python logs each fault that it is meant to find


def program(*arguments, expect):
    done = subprocess.run([PROGRAM, *map(str, arguments)], capture_output=True, text=True)
    if done.returncode not in expect:
        fault(f"{arguments} ended with {done.returncode}: {done.stderr or done.stdout}")
    return done


def archive(workspace, bag, *options, expect=(0, 1)):
    return program("archive", workspace, "--to", bag, "--incomplete", REASON, "--quiet", *options, expect=expect)


def damages(bag):
    """Kinds and paths that `verify` names."""
    done = program("verify", bag, "--format", "json", expect=(0, 1))
    found = [json.loads(line) for line in done.stdout.splitlines()]
    if (done.returncode == 0) != found[-1]["whole"]:
        fault(f"verify ended with {done.returncode} and says whole: {found[-1]['whole']}")
    return [(one["damage"], one["path"], one["detail"]) for one in found[:-1]]


def accepted_by_others(bag):
    """What bagit-python and bagit-utils say; errors of theirs are refusals."""

    def first():
        try:
            return bagit.Bag(str(bag)).is_valid()
        except Exception:
            return False

    def second():
        try:
            return OtherBag(bag).validate().valid
        except Exception:
            return False

    return first(), second()


def expect_damage(bag, what, wanted, others):
    """`verify` names a kind of damage at a path; the others refuse where they can see it."""
    found = damages(bag)
    if not any(kind == wanted[0] and path == wanted[1] for kind, path, _ in found):
        fault(f"{what}: verify says {found[:3]}, not {wanted}")
    said = accepted_by_others(bag)
    if others and said != (False, False):
        fault(f"{what}: bagit-python and bagit-utils say valid: {said}")


def flip(path, chance):
    # An empty file gets a byte: there is none to change.
    content = bytearray(path.read_bytes()) or bytearray(b" ")
    at = chance.randrange(len(content))
    content[at] ^= 1 << chance.randrange(8)
    path.write_bytes(content)


def each_damage(whole, folder, chance):
    """Every kind of damage on a copy of the bag; gives how many were tried."""
    bag = folder / "damaged"
    tried = 0

    def fresh():
        if bag.exists():
            shutil.rmtree(bag)
        shutil.copytree(whole, bag)

    payload = sorted(path.relative_to(whole) for path in (whole / "data").rglob("*") if path.is_file())
    fresh()
    for path in payload:
        kept = (bag / path).read_bytes()
        flip(bag / path, chance)
        expect_damage(bag, f"a flipped bit in {path}", ("changed", path.as_posix()), others=True)
        (bag / path).write_bytes(kept)
        tried += 1
    for path in chance.sample(payload, 8):
        other = path.with_name("别名" + path.suffix)
        (bag / path).rename(bag / other)
        expect_damage(bag, f"{path} renamed", ("renamed", path.as_posix()), others=True)
        (bag / other).rename(bag / path)
        (bag / path).rename(folder / "aside")
        expect_damage(bag, f"{path} deleted", ("missing", path.as_posix()), others=True)
        shutil.move(folder / "aside", bag / path)
        (bag / path.with_name("多余.txt")).write_text("x")
        expect_damage(bag, f"a file added beside {path}", ("extra", path.with_name("多余.txt").as_posix()), others=True)
        (bag / path.with_name("多余.txt")).unlink()
        tried += 3
    if damages(bag):
        fault(f"the copy was put right and verify says {damages(bag)[:3]}")

    # Tag files: every single byte of the small ones, a hundred of the long ones.
    for name in ["bagit.txt", "bag-info.txt", "manifest-sha256.txt", "tagmanifest-sha256.txt", "sm3sums.txt"]:
        content = (whole / name).read_bytes()
        places = range(len(content)) if len(content) < 200 else chance.sample(range(len(content)), 40)
        for at in places:
            (bag / name).write_bytes(content[:at] + bytes([content[at] ^ 1 << chance.randrange(8)]) + content[at + 1 :])
            if not damages(bag):
                fault(f"{name}: byte {at} flipped, and verify finds nothing")
            tried += 1
        (bag / name).unlink()
        if not damages(bag):
            fault(f"{name} deleted, and verify finds nothing")
        (bag / name).write_bytes(content)
    (bag / "notes.txt").write_text("x")
    expect_damage(bag, "a tag file added", ("tag-extra", "notes.txt"), others=False)
    (bag / "notes.txt").unlink()

    # What somebody would do on purpose.
    (bag / "fetch.txt").write_text("https://example.invalid/x 1 data/x\n")
    expect_damage(bag, "fetch.txt", ("fetch", "fetch.txt"), others=False)
    (bag / "fetch.txt").unlink()
    for path in ["data/../../secret", "/etc/passwd", "../outside", "bag-info.txt"]:
        content = (whole / "manifest-sha256.txt").read_text("utf-8")
        (bag / "manifest-sha256.txt").write_text(content + f"{'0' * 64}  {path}\n", "utf-8")
        if not any(kind == "unsafe" and detail == path for kind, _, detail in damages(bag)):
            fault(f"a manifest that names {path}: {damages(bag)[:3]}")
        tried += 1
    fresh()
    os.symlink("/etc/passwd", bag / "data/link")
    expect_damage(bag, "a link", ("not-a-file", "data/link"), others=False)

    # Names in the other Unicode form, as some systems' copies have them.
    fresh()
    named = bag / "data/originals" / "é.xlsx"
    named.write_bytes(b"PK")
    (bag / "data/originals" / "é.xlsx").rename(bag / "data/originals" / unicodedata.normalize("NFD", "é.xlsx"))
    manifest = (bag / "manifest-sha256.txt").read_text("utf-8")
    listed = f"{digest(bag / 'data/originals' / unicodedata.normalize('NFD', 'é.xlsx'))}  data/originals/é.xlsx\n"
    (bag / "manifest-sha256.txt").write_text(manifest + listed, "utf-8")
    expect_damage(bag, "a name in NFD", ("name-form", "data/originals/é.xlsx"), others=False)
    return tried + 3


def zipped(whole, folder):
    """Through Python's zip and through the system's, where there is one."""
    packed = folder / "bag.zip"
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as out:
        for path in sorted(whole.rglob("*")):
            if path.is_file():
                out.write(path, Path("bag") / path.relative_to(whole))
    zipfile.ZipFile(packed).extractall(folder / "python")
    copies = [folder / "python/bag"]
    if shutil.which("zip") and shutil.which("unzip"):
        subprocess.run(["zip", "-qr", folder / "system.zip", "."], cwd=whole, check=True)
        subprocess.run(["unzip", "-q", folder / "system.zip", "-d", folder / "system"], check=True, env={**os.environ, "LC_ALL": "C.UTF-8"})
        copies.append(folder / "system")
    for copy in copies:
        if damages(copy) or accepted_by_others(copy) != (True, True):
            fault(f"{copy}: {damages(copy)[:3]}, others {accepted_by_others(copy)}")
    return len(copies)


def refusals(folder):
    """What must not be archived, each told and nothing left behind."""
    workspace = folder / "refused"
    shutil.copytree(COUNTY, workspace, ignore=shutil.ignore_patterns("out"))
    bag = folder / "none"

    def refused(what, word, *options, reason=True):
        done = program("archive", workspace, "--to", bag, "--lang", "en", *(("--incomplete", REASON) if reason else ()), *options, expect=(2,))
        if word not in done.stderr:
            fault(f"{what}: {done.stderr}")
        if bag.exists() or any(folder.glob(".none*")):
            fault(f"{what}: something was left behind")

    refused("no run yet", "first run scorebook run")
    run(workspace, workspace / "out")
    refused("an unfinished year", "unfinished", reason=False)
    (workspace / "inbox/late.xlsx").write_bytes(b"PK")
    refused("a file more in the inbox", "added 1: late.xlsx")
    (workspace / "inbox/late.xlsx").unlink()
    config = workspace / "scorebook.toml"
    text = config.read_text("utf-8")
    config.write_text(text + "\n# 改\n", "utf-8")
    refused("another configuration", "configuration changed")
    config.write_text(text, "utf-8")
    form = next((workspace / "out/2026").rglob("*.pdf"))
    content = form.read_bytes()
    form.write_bytes(content + b"\n")
    refused("a changed form", "was changed after the run")
    form.write_bytes(content)
    refused("a signing command that fails", "exit status: 3", "--sign-with", "exit 3")
    # What has a name of the bag's own stays, and no bag is made; anything else stays beside it and is proven with it.
    letter = bag / "data/letter.txt"
    letter.parent.mkdir(parents=True)
    letter.write_text("x")
    done = program("archive", workspace, "--to", bag, "--incomplete", REASON, expect=(2,))
    if letter.read_text() != "x":
        fault(f"a folder data of somebody's: {done.stderr}")
    shutil.rmtree(bag)
    bag.mkdir()
    (bag / "letter.txt").write_text("x")
    program("archive", workspace, "--to", bag, "--incomplete", REASON, expect=(0, 1))
    if (bag / "letter.txt").read_text() != "x" or damages(bag):
        fault(f"a letter beside a bag: {damages(bag)}")
    shutil.rmtree(bag)
    inside = program("archive", workspace, "--to", workspace / "inbox/bag", "--incomplete", REASON, expect=(2,))
    if (workspace / "inbox/bag").exists():
        fault(f"a bag in the inbox: {inside.stderr}")
    return workspace


def fine_print(bag):
    """From the code printed on a form to the bytes that the branch sent."""
    manifest = json.loads((bag / "data/run/manifest.json").read_text("utf-8"))
    schemes = {one["id"]: one["sha256"] for one in manifest["schemes"]}
    templates = {one["name"]: one["sha256"] for one in manifest["templates"]}
    inputs = {one["file"]: one["sha256"] for one in manifest["inputs"]}
    originals = {}
    for line in (bag / "data/originals.jsonl").read_text("utf-8").splitlines():
        one = json.loads(line)
        originals[one["first_name"]] = bag / "data/originals" / one["path"]
    followed = 0
    for output in manifest["outputs"]:
        if not output["file"].endswith(".pdf") or "made_from" not in output:
            continue
        form = bag / "data/run" / output["file"]
        words = subprocess.run(["pdftotext", form, "-"], capture_output=True, text=True, check=True).stdout
        pages = subprocess.run(["pdfinfo", form], capture_output=True, text=True, check=True).stdout
        if f"Pages:           {output['pages']}" not in pages:
            fault(f"{output['file']}: the manifest says {output['pages']} pages")
        for made in output["made_from"]:
            # A line may end within a code, and pdftotext takes a hyphen there for hyphenation.
            if made["code"].replace("-", "") not in "".join(words.replace("-", "").split()):
                fault(f"{output['file']}: {made['code']} does not stand on the form")
            parts = [manifest["version"], *(schemes[one] for one in made.get("schemes") or [made["scheme"]]), templates[made["template"]], *(inputs[name] for name in made["inputs"])]
            code = hashlib.sha256("\n".join(parts).encode()).hexdigest()[:12].upper()
            if "-".join([code[:4], code[4:8], code[8:]]) != made["code"]:
                fault(f"{output['file']}: {made['code']} is not the digest of what it lists")
            for name in made["inputs"]:
                outer, _, inner = name.partition("!/")
                if not originals[outer].exists() or (not inner and digest(originals[outer]) != inputs[name]):
                    fault(f"{output['file']}: {name} is not in the bag as it was")
            followed += 1
    if followed < 8:
        fault(f"only {followed} codes were followed")
    return followed


def signed(workspace, folder):
    bag = folder / "signed"
    archive(workspace, bag, "--sign-with", "sha256sum")
    # bagit-utils wants every file listed, which RFC 8493 does not: a signature cannot stand in what it signs.
    if damages(bag) or not accepted_by_others(bag)[0]:
        fault(f"a signed bag: {damages(bag)}, others {accepted_by_others(bag)}")
    for name in ["signature.bin", "signature.sha256"]:
        content = (bag / name).read_bytes()
        (bag / name).write_bytes(bytes([content[0] ^ 1]) + content[1:])
        expect_damage(bag, f"{name} changed", ("signature", "signature.sha256"), others=False)
        (bag / name).write_bytes(content)


def kills(workspace, folder, count, chance):
    """Killed at any moment: no bag, or one that verifies; the workspace is as it was."""
    before = tree(workspace)
    bag = folder / "killed"
    began = time.monotonic()
    archive(workspace, bag)
    usual = time.monotonic() - began
    killed = stood = 0
    for _ in range(count):
        shutil.rmtree(bag, ignore_errors=True)
        command = [PROGRAM, "archive", workspace, "--to", bag, "--incomplete", REASON, "--quiet"]
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(chance.uniform(0, usual))
        process.kill()
        killed += process.wait() < 0
        if bag.exists():
            stood += 1
            if damages(bag):
                fault(f"killed, and a bag stands that is damaged: {damages(bag)[:2]}")
    shutil.rmtree(bag, ignore_errors=True)
    archive(workspace, bag)
    if damages(bag) or any(folder.glob(".killed*")):
        fault("after the kills an archive does not come out whole, or leaves something beside it")
    if tree(workspace) != before:
        fault("the workspace was touched")
    return killed, stood


def small_disk(point, size):
    """Mounts a disk of so many KiB; false where that is not allowed."""
    point.mkdir(exist_ok=True)
    return subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}k", "none", point], capture_output=True).returncode == 0


def full_disk(workspace, folder):
    """Disks that fill up after so much of the bag: a clean refusal, nothing left, and on the same disk with room a whole bag.
    Gives how many were tried, or none where disks cannot be mounted."""
    before = tree(workspace)
    needed = sum(path.stat().st_size for path in (folder / "bag").rglob("*") if path.is_file()) // 1024
    point = folder / "disk"
    tried = 0
    for share in [0.01, 0.3, 0.6, 0.9, 0.98]:
        if not small_disk(point, max(16, int(needed * share))):
            return None
        try:
            done = archive(workspace, point / "bag", expect=(2,))
            left = [path.name for path in point.iterdir()]
            if left or "os error 28" not in done.stderr:
                fault(f"a disk of {share:.0%} of the bag: left {left}; {done.stderr}")
            subprocess.run(["mount", "-o", f"remount,size={needed * 4}k", point], check=True)
            archive(workspace, point / "bag")
            if damages(point / "bag"):
                fault(f"after a full disk: {damages(point / 'bag')[:2]}")
        finally:
            subprocess.run(["umount", point], check=True)
        tried += 1
    if tree(workspace) != before:
        fault("the workspace was touched while the disk was full")
    return tried


def killed_on_full_disk(workspace, folder, count, chance):
    """Killed on a disk that is nearly full: still no bag, or a whole one."""
    needed = sum(path.stat().st_size for path in (folder / "bag").rglob("*") if path.is_file()) // 1024
    point = folder / "disk"
    if not small_disk(point, int(needed * 1.6)):
        return
    try:
        for _ in range(count):
            command = [PROGRAM, "archive", workspace, "--to", point / "bag", "--incomplete", REASON, "--quiet"]
            process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            time.sleep(chance.uniform(0, 1))
            process.kill()
            process.wait()
            if (point / "bag").exists():
                if damages(point / "bag"):
                    fault(f"killed on a full disk, and a damaged bag stands: {damages(point / 'bag')[:2]}")
                shutil.rmtree(point / "bag")
    finally:
        subprocess.run(["umount", point], check=True)


def read_only(workspace, folder):
    """Into a closed folder nothing is written; out of a closed workspace a whole bag is made."""
    closed, opened = folder / "closed", folder / "opened"
    for place, mode in [(closed, 0o555), (opened, 0o777)]:
        place.mkdir()
        place.chmod(mode)
    other = []
    if os.geteuid() == 0:
        # Root may write anywhere; somebody else tries.
        if not shutil.which("setpriv"):
            return
        other = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
        subprocess.run(["chmod", "-R", "a+rX", folder], check=True)
    subprocess.run(["chmod", "-R", "a-w", workspace], check=True)
    before = tree(workspace)
    for place, wanted in [(closed, (2,)), (opened, (0, 1))]:
        command = [*other, PROGRAM, "archive", workspace, "--to", place / "bag", "--incomplete", "x", "--quiet"]
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode == 126:
            return  # the program itself lies where others cannot look
        if done.returncode not in wanted or (place / "bag").exists() != (place == opened):
            fault(f"{place.name}: ended with {done.returncode}; {done.stderr}")
    if damages(opened / "bag"):
        fault(f"out of a workspace that cannot be written: {damages(opened / 'bag')[:2]}")
    if tree(workspace) != before:
        fault("a workspace that cannot be written was touched")
    subprocess.run(["chmod", "-R", "u+w", workspace], check=True)


def main():
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 20
    chance = random.Random(int(os.environ.get("SEED", "1")))
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        os.chmod(folder, 0o755)
        workspace = refusals(folder)
        bag = folder / "bag"
        archive(workspace, bag)
        if damages(bag):
            fault(f"a new bag: {damages(bag)[:3]}")
        if accepted_by_others(bag) != (True, True):
            fault(f"bagit-python and bagit-utils say valid: {accepted_by_others(bag)}")
        archive(workspace, folder / "again")
        if tree(bag) != tree(folder / "again"):
            fault("archived twice, and the bytes differ")
        same = json.loads(archive(workspace, bag, "--format", "json").stdout)
        if same["new"]:
            fault("archived into the same bag, and it was made anew")
        rerun = program("verify", bag, "--rerun", "--format", "json", expect=(0,))
        compared = json.loads(rerun.stdout.splitlines()[-1])
        if compared["differences"] or not compared["results"]:
            fault(f"scored again: {compared}")
        codes = fine_print(bag)
        copies = zipped(bag, folder)
        signed(workspace, folder)
        killed, stood = kills(workspace, folder, count, chance)
        disks = full_disk(workspace, folder)
        killed_on_full_disk(workspace, folder, 3, chance)
        read_only(workspace, folder)
        # The damage is done to a small bag: every payload file is flipped in turn and the whole proved again.
        small = folder / "small"
        shutil.copytree(ROOT / "tests/cases/clean-register-60", small)
        run(small, small / "out", "--forms", "yearly")
        archive(small, folder / "small-bag")
        tried = each_damage(folder / "small-bag", folder, chance)
    finish(
        f"two validators agree; {tried} damages found; {codes} codes followed to the originals; {copies} zips;"
        f" {'no disk can be mounted here, full ones were skipped' if disks is None else f'{disks} full disks'};"
        f" {killed} of {count} killed, {stood} bags stood whole; {compared['results']} results scored again"
    )


main()
