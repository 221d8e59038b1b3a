#!/usr/bin/env python3
"""Folders that people use too, from a seed: what is theirs stays, whatever runs there and is killed when. Arguments: trials, first seed."""

import hashlib
import json
import os
import random
import re
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

from common import PROGRAM, fault, finish

DATES = ["2026-12-14", "2026-12-15"]
# Names of people's files; the last ones are no text.
NAMES = ["盖章扫描件.pdf", "note.txt", ".hidden", "a b", "-rf", "x.part", "manifest.json.bak", "图（改动1）.png", "~$公示栏.xlsx", "é", "e\u0301",
         "line\nbreak", "长" * 80, "Thumbs.db"]
ODD = [b"\xb9\xab\xca\xbe.txt", b"\xff\xfe"]
MARK = re.compile("（(?:改动\\d+|新\\d*)）")


def look(folder):
    """What stands below a folder, by path as bytes: kind and content. Links are not followed."""
    found = {}
    root = os.fsencode(folder)
    for parent, folders, files in os.walk(root):
        for name in folders + files:
            path = os.path.join(parent, name)
            mode = os.lstat(path).st_mode
            key = path[len(root) + 1:]
            if stat.S_ISLNK(mode):
                found[key] = ("link", os.readlink(path))
            elif stat.S_ISDIR(mode):
                if not os.listdir(path):
                    found[key] = ("empty", b"")
            elif stat.S_ISREG(mode):
                with open(path, "rb") as file:
                    found[key] = ("file", hashlib.sha256(file.read()).hexdigest().encode())
            else:
                found[key] = ("pipe", b"")
    return found


def bare(path):
    """A path without the marks that the program gives to names."""
    return MARK.sub("", os.fsdecode(path))


def listed(folder):
    """A folder's own list of files, or none."""
    try:
        manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
        return {output["file"].encode(): output["sha256"].encode() for output in manifest["outputs"]} if manifest["program"] == "scorebook" else None
    except (OSError, ValueError, KeyError, TypeError):
        return None


class Kind:
    """A command with the folder that it writes: two results that differ, made beforehand."""

    def __init__(self, base, name, workspace):
        self.name = name
        self.folder = Path("out/2026") if name == "run" else Path("issue/2026年报送表")
        self.made = []
        for number, date in enumerate(DATES):
            copy = base / f"{name}-{number}"
            shutil.copytree(workspace, copy)
            began = time.monotonic()
            done = subprocess.run(self.command(copy, number), capture_output=True, text=True)
            self.usual = time.monotonic() - began
            if done.returncode not in (0, 1):
                sys.exit(f"folders: {name} ended with {done.returncode}: {done.stderr}")
            self.made.append(copy / self.folder)
        self.lists = [listed(made) for made in self.made]

    def command(self, workspace, number, *options):
        if self.name == "run":
            return [PROGRAM, "run", workspace, "--forms", "board,registry", "--quiet", "--date", DATES[number], *options]
        # The blanks of the second kind are of another county's name.
        settings = workspace / "scorebook.toml"
        text = re.sub("(?m)^issuer *=.*$", f'issuer = "中共示范县委组织部{number}"', settings.read_text("utf-8"))
        # Another process may be reading the settings: they change whole.
        changed = workspace / "scorebook.toml.changed"
        changed.write_text(text, "utf-8")
        changed.replace(settings)
        return [PROGRAM, "issue", workspace, "--quiet", *options]


def furnish(chance, target, out):
    """People's things in and beside a folder."""
    folders = [target] + [Path(parent) for parent, _, _ in os.walk(target)] if target.exists() else [target]
    target.mkdir(parents=True, exist_ok=True)
    for number in range(chance.randint(0, 12)):
        folder = os.fsencode(chance.choice(folders))
        if chance.random() < 0.3:
            folder = os.path.join(folder, chance.choice(["我的资料", "a/b/c", "空的"]).encode())
            os.makedirs(folder, exist_ok=True)
        name = chance.choice([name.encode() for name in NAMES] + ODD)
        path = os.path.join(folder, name)
        if os.path.lexists(path):
            continue
        what = chance.random()
        if what < 0.6:
            with open(path, "wb") as file:
                file.write(chance.randbytes(chance.choice([0, 1, 10, 100_000])))
        elif what < 0.75:
            os.symlink(chance.choice(["/nowhere", ".", "..", "/etc/hostname", "manifest.json"]), path)
        elif what < 0.85:
            os.mkfifo(path)
        elif what < 0.95:
            os.makedirs(path)
        else:
            os.makedirs(path)
            os.chmod(path, 0o555)
    for name in [f".{target.name}.staging", f".{target.name}.old", f"{target.name}.new", f".{target.name}.staging-1"]:
        if chance.random() < 0.15:
            (out / name).mkdir(parents=True)
            (out / name / "theirs").write_text(name)


def change(chance, target):
    """What becomes of a result in people's hands: files changed, removed, replaced, half of it gone, no list, another's list."""
    files = [path for path in sorted(target.rglob("*")) if path.is_file() and not path.is_symlink()]
    for path in files:
        roll = chance.random()
        if path.name == "manifest.json":
            if roll < 0.1:
                path.unlink()
            elif roll < 0.15:
                path.write_text('{"program": "other"}')
            elif roll < 0.2:
                path.write_bytes(path.read_bytes() + b"\n")
        elif roll < 0.1:
            path.write_bytes(path.read_bytes() + b"changed")
        elif roll < 0.15:
            path.unlink()
        elif roll < 0.17:
            path.unlink()
            path.symlink_to("/nowhere")
    if chance.random() < 0.1:
        for path in files[::2]:
            path.unlink(missing_ok=True)


class Writer(threading.Thread):
    """Somebody who saves files while the program runs: new ones, and others over the program's as offices do."""

    def __init__(self, chance, target, own):
        super().__init__()
        self.chance, self.target, self.ended, self.saved = chance, target, threading.Event(), []
        # The program's own, each once: what a person replaces of his own is gone because he wants it.
        self.own = sorted(own)

    def run(self):
        number = 0
        while not self.ended.is_set():
            number += 1
            text = f"saved {number} {self.chance.random()}"
            try:
                folders = [parent for parent, _, _ in os.walk(self.target)] or [str(self.target)]
                folder = self.chance.choice(folders)
                part = os.path.join(folder, f"saved-{number}.tmp")
                with open(part, "x", encoding="utf-8") as file:
                    file.write(text)
                self.saved.append(hashlib.sha256(text.encode()).hexdigest().encode())
                if self.own and self.chance.random() < 0.3:
                    own = self.own.pop(self.chance.randrange(len(self.own)))
                    os.rename(part, os.path.join(os.fsencode(self.target), own))
            except OSError:
                pass
            time.sleep(self.chance.uniform(0, 0.01))


def judge(where, kind, target, before, after, saved, several=False):
    """Every byte that was not the program's is where it was; the folder is as it was, or a result, whole."""
    old = before["list"] or {}
    unchanged = {path: content for path, content in before["target"].items() if path in old and content == ("file", old[path])}
    now = listed(target)
    if not saved and after == before["target"]:
        return "old"
    new = now or {}
    names = {}
    for path, content in after.items():
        names.setdefault(bare(path), []).append(content)
    contents = {content for content in after.values()}
    for path, content in before["target"].items():
        if path in unchanged or path == b"manifest.json" and before["list"] is not None:
            continue
        # One of two made these bytes its own, since they are what it wrote, and the other replaced them.
        if several and any(content == ("file", made.get(path)) for made in kind.lists):
            continue
        changed = path in old
        in_place = after.get(path) == content
        renamed = content in names.get(bare(path), [])
        must_stay = kind.name == "issue" and path != b"manifest.json" or not changed and path not in new and path != b"manifest.json"
        if content[0] == "empty" and not changed and after.get(path) is None and any(other.startswith(path + b"/") for other in after):
            continue  # somebody has put something into it
        if not (in_place or renamed and not must_stay):
            fault(f"{where}: {path!r} {'changed' if changed else 'foreign'} {content} is not where it was, now {after.get(path)}")
    for digest in saved:
        if ("file", digest) not in contents:
            fault(f"{where}: a file that was saved meanwhile is gone")
    if now is None:
        # Killed before the first result, or the list was somebody's.
        if before["list"] is None and all(after.get(path) == content for path, content in before["target"].items()):
            return "old"
        fault(f"{where}: no result and not what was there")
        return "none"
    for number, made in enumerate(kind.lists):
        same = made == now if kind.name == "run" else {bare(path) for path in now} == {bare(path) for path in made} and sorted(now.values()) == sorted(made.values())
        if same:
            broken = [path for path, digest in now.items() if after.get(path) != ("file", digest)]
            if broken and not saved and now != before["list"]:
                fault(f"{where}: not whole, {len(broken)} files such as {broken[0]!r}")
            return "new"
    # What somebody took away from a former result before is not this command's doing.
    if before["list"] != now and not (kind.name == "issue" and set(now.values()) <= {digest for made in kind.lists for digest in made.values()}):
        fault(f"{where}: neither the old result nor a new one")
    return "new"


def trial(base, workspace, kinds, seed, counts):
    chance = random.Random(seed)
    kind = chance.choice(kinds)
    root = base / "trial"
    shutil.copytree(workspace, root)
    target = root / kind.folder
    target.parent.mkdir(exist_ok=True)
    start = chance.choice(["nothing", "result", "result", "result", "strange"])
    if start == "result":
        shutil.copytree(chance.choice(kind.made), target)
        change(chance, target)
    if start != "nothing" or chance.random() < 0.2:
        furnish(chance, target, target.parent)
    before = {"target": look(target) if target.exists() else {}, "list": listed(target) if target.exists() else None}
    beside = {path: content for path, content in look(target.parent).items() if not path.startswith(os.fsencode(target.name) + b"/")}
    untouched = {path: content for path, content in look(root).items() if not path.startswith(os.fsencode(kind.folder.parts[0]))}
    mode = chance.choice(["alone", "killed", "killed", "aimed", "aimed", "two", "two waiting", "two killed", "saving"])
    where = f"seed {seed} ({kind.name}, {start}, {mode})"
    counts[mode] = counts.get(mode, 0) + 1

    def begin(*options):
        number = chance.randrange(2)
        numbers.append(number)
        return subprocess.Popen(kind.command(root, number, *options), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)

    def kill(process, aimed):
        if aimed:
            while process.poll() is None and not any((path / "exchange").exists() for path in target.parent.glob(f".{target.name}.staging-*")):
                pass
            time.sleep(chance.uniform(0, 0.004))
        else:
            time.sleep(chance.uniform(0, kind.usual * 1.2))
        process.send_signal(signal.SIGKILL)

    settings = (root / "scorebook.toml").read_bytes()
    writer, numbers = None, []
    processes = [begin(*(["--wait"] if mode == "two waiting" else []))]
    if mode == "saving":
        own = [path for path, digest in (before["list"] or {}).items() if before["target"].get(path) == ("file", digest)]
        writer = Writer(random.Random(seed + 1), target, own)
        writer.start()
    if mode.startswith("two"):
        time.sleep(chance.uniform(0, kind.usual))
        processes.append(begin(*(["--wait"] if mode == "two waiting" else [])))
    if mode in ("killed", "aimed", "two killed"):
        kill(chance.choice(processes), mode == "aimed")
    talk = [process.communicate()[1] for process in processes]
    if writer:
        writer.ended.set()
        writer.join()
    codes = [process.returncode for process in processes]
    counts["killed in time"] = counts.get("killed in time", 0) + codes.count(-9)
    for code, said in zip(codes, talk):
        if code not in (0, 1, -9) and not (code == 2 and mode.startswith("two") and ("正在" in said or "writing here" in said)):
            fault(f"{where}: ended with {code}: {said}")
        counts["kept out"] = counts.get("kept out", 0) + (code == 2)
    if mode == "two" and not any(code in (0, 1) for code in codes) or mode == "two waiting" and any(code not in (0, 1) for code in codes):
        fault(f"{where}: {codes}")
    after = look(target) if target.exists() else {}
    saved = writer.saved if writer else []
    state = judge(where, kind, target, before, after, saved, mode.startswith("two"))
    # A result that is there already, byte for byte, is published again without a trace.
    finished = [kind.lists[number] for number, code in zip(numbers, codes) if code in (0, 1)]
    if finished and state != "new" and before["list"] not in finished:
        fault(f"{where}: nothing was published")
    counts[state] = counts.get(state, 0) + 1

    # The next one puts everything right.
    again = subprocess.run(kind.command(root, chance.randrange(2)), capture_output=True, text=True)
    if again.returncode not in (0, 1):
        fault(f"{where}: the next one ended with {again.returncode}: {again.stderr}")
    counts["dead locks taken over"] = counts.get("dead locks taken over", 0) + ("没有正常结束" in again.stderr or "did not end" in again.stderr)
    judge(f"{where}, then again", kind, target, {"target": after, "list": listed_before(after, kind, before, state)}, look(target), [])
    (root / "scorebook.toml").write_bytes(settings)
    now = {path: content for path, content in look(target.parent).items() if not path.startswith(os.fsencode(target.name) + b"/")}
    now.pop(os.fsencode(target.name), None)
    beside.pop(os.fsencode(target.name), None)
    if now != beside:
        fault(f"{where}: beside the folder there is {sorted(now.keys() ^ beside.keys())}")
    rest = {path: content for path, content in look(root).items() if not path.startswith(os.fsencode(kind.folder.parts[0]))}
    if rest != untouched:
        fault(f"{where}: the workspace was changed: {sorted(rest.items() ^ untouched.items())}")
    for parent, folders, _ in os.walk(root):
        for name in folders:
            path = os.path.join(parent, name)
            if not os.path.islink(path):
                os.chmod(path, 0o755)
    shutil.rmtree(root)


def listed_before(after, kind, before, state):
    """The list in force after a trial's first part: a result's own, or the one that was there."""
    if state == "old":
        return before["list"]
    for made in kind.lists:
        if after.get(b"manifest.json") and kind.name == "run" and all(after.get(path) == ("file", digest) for path, digest in made.items()):
            return made
    # What was renamed on issuing, or saved over meanwhile, is told by digest alone.
    known = {digest for made in kind.lists for digest in made.values()}
    return {path: content[1] for path, content in after.items() if content[0] == "file" and content[1] in known}


def main():
    trials = int(sys.argv[1]) if len(sys.argv) > 1 else 50
    first = int(sys.argv[2]) if len(sys.argv) > 2 else int(os.environ.get("SEED", "1"))
    counts = {}
    with tempfile.TemporaryDirectory() as folder:
        base = Path(folder)
        workspace = base / "workspace"
        subprocess.run([PROGRAM, "sample", workspace, "--branches", "2", "--members", "3", "--scheme", "register-60"], check=True, stdout=subprocess.DEVNULL)
        kinds = [Kind(base, "run", workspace), Kind(base, "issue", workspace)]
        if any(kind.lists[0] == kind.lists[1] for kind in kinds):
            sys.exit("folders: the two results do not differ")
        for seed in range(first, first + trials):
            trial(base, workspace, kinds, seed, counts)
    told = ", ".join(f"{key} {counts[key]}" for key in sorted(counts))
    finish(f"{trials} trials from seed {first}: {told}")


main()
