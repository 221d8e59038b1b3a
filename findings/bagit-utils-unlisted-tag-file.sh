#!/usr/bin/env bash
# RFC 8493 wants every tag file that a tag manifest lists to be there (2.2.1, 3), and has programs ignore other tag files that are not listed
# (2.2.4). A signature over the manifests cannot be listed in them: whoever signs a bag adds such a file afterwards.
# bagit 1.9.0 accepts the bag; bagit-utils 1.2.5 refuses it.
#
# Seen:
#   complete: bagit True, bagit-utils True
#   with signature.sig beside the manifests: bagit True, bagit-utils False
# Consequence: a signature that several validators are to accept lies beside the bag, not in it.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv env
env/bin/pip install --quiet bagit==1.9.0 bagit-utils==1.2.5
cat > seen.py <<'PY'
import logging
import pathlib

import bagit
import bagit_utils

logging.disable(logging.CRITICAL)
folder = pathlib.Path("bag")
folder.mkdir()
(folder / "scores.csv").write_text("0101,91.00\n", "utf-8")
bagit.make_bag(str(folder), {"Source-Organization": "County"}, checksums=["sha256"])


def accepted():
    return bagit.Bag(str(folder)).is_valid(), bagit_utils.Bag(folder).validate().valid


complete = accepted()
(folder / "signature.sig").write_bytes(b"signed")
signed = accepted()
print(f"complete: bagit {complete[0]}, bagit-utils {complete[1]}")
print(f"with signature.sig beside the manifests: bagit {signed[0]}, bagit-utils {signed[1]}")
raise SystemExit(0 if complete == (True, True) and signed == (True, False) else "the behaviour has changed")
PY
env/bin/python seen.py
