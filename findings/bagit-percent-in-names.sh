#!/usr/bin/env bash
# BagIt 1.0 (RFC 8493, 2.1.3) has CR, LF and % of a file name written %0D, %0A and %25 in a manifest. Two validators of
# bags do otherwise, and an archive with a file such as 100%合格.txt meets it:
#
#   bagit 1.9.0        decodes %0A and %0D but not %25, and writes % as it is: it refuses a manifest that follows the
#                      standard, and a bag that it has just made of a file named 50%0A.txt is invalid to itself.
#   bagit-utils 1.2.5  decodes nothing: it refuses the manifest that follows the standard.
#
# Seen:
#   standard: bagit False, bagit-utils False
#   made by bagit of 50%0A.txt: bagit False
# Consequence: whoever writes bags keeps % out of the names that he chooses.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv env
env/bin/pip install --quiet bagit==1.9.0 bagit-utils==1.2.5
cat > seen.py <<'PY'
import hashlib
import logging
import pathlib

import bagit
import bagit_utils

logging.disable(logging.CRITICAL)


def bag(folder, listed, stored):
    """A bag of one file, complete with its tag manifest."""
    root = pathlib.Path(folder)
    (root / "data").mkdir(parents=True)
    (root / "data" / stored).write_text("x")
    (root / "bagit.txt").write_text("BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n")
    (root / "manifest-sha256.txt").write_text(f"{hashlib.sha256(b'x').hexdigest()}  data/{listed}\n")
    tags = ["bagit.txt", "manifest-sha256.txt"]
    lines = [f"{hashlib.sha256((root / tag).read_bytes()).hexdigest()}  {tag}\n" for tag in tags]
    (root / "tagmanifest-sha256.txt").write_text("".join(lines))
    return root


def missing_for_utils(root):
    report = str(bagit_utils.Bag(root, load=True).validate())
    return "Missing file" in report


plain = bag("plain", "合格.txt", "合格.txt")
assert bagit.Bag(str(plain)).is_valid() and not missing_for_utils(plain), "the bag without a percent sign is good"

standard = bag("standard", "100%25合格.txt", "100%合格.txt")
first = (bagit.Bag(str(standard)).is_valid(), not missing_for_utils(standard))
print(f"standard: bagit {first[0]}, bagit-utils {first[1]}")

own = pathlib.Path("own")
own.mkdir()
(own / "50%0A.txt").write_text("y")
bagit.make_bag(str(own), checksums=["sha256"])
second = bagit.Bag(str(own)).is_valid()
print(f"made by bagit of 50%0A.txt: bagit {second}")
raise SystemExit(0 if (first, second) == ((False, False), False) else "the behaviour has changed")
PY
env/bin/python seen.py
