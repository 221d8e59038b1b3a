"""Locks kinds.xlsx and kinds.xls in each way that Office knows: writes agile.xlsx, velvet.xlsx, standard.xlsx,
office97.xls and cryptoapi.xls beside them. The password is 县委2026, that of velvet.xlsx is Excel's own.
In locked/ lie a branch's workbook and one with a fault under 县委Zq7-2026, for the search for passwords in outputs.

Needs the packages msoffcrypto-tool and cryptography. What it makes is committed; salts are fixed where they are ours.
"""

import hashlib
import io
import struct
from pathlib import Path

import msoffcrypto
import openpyxl
import olefile
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from msoffcrypto.format.ooxml import OOXMLFile
from msoffcrypto.method.container.ecma376_encrypted import ECMA376Encrypted

HERE = Path(__file__).parent
PASSWORD = "县委2026"
SALT = bytes(range(16))


def agile(name, password, source=HERE / "kinds.xlsx"):
    with open(source, "rb") as plain, open(HERE / name, "wb") as locked:
        OOXMLFile(plain).encrypt(password, locked)


def sha1(*parts):
    return hashlib.sha1(b"".join(parts)).digest()


def ecb(key, data):
    encryptor = Cipher(algorithms.AES(key), modes.ECB()).encryptor()
    return encryptor.update(data) + encryptor.finalize()


def standard():
    turned = sha1(SALT, PASSWORD.encode("utf-16le"))
    for turn in range(50_000):
        turned = sha1(struct.pack("<I", turn), turned)
    last = sha1(turned, bytes(4)).ljust(64, b"\0")
    key = sha1(bytes(byte ^ 0x36 for byte in last))[:16]
    verifier = bytes(range(16, 32))
    provider = "Microsoft Enhanced RSA and AES Cryptographic Provider\0".encode("utf-16le")
    header = struct.pack("<8I", 0x24, 0, 0x660E, 0x8004, 128, 0x18, 0, 0) + provider
    info = struct.pack("<HHII", 3, 2, 0x24, len(header)) + header
    info += struct.pack("<I", 16) + SALT + ecb(key, verifier) + struct.pack("<I", 20) + ecb(key, sha1(verifier).ljust(32, b"\0"))
    plain = (HERE / "kinds.xlsx").read_bytes()
    package = struct.pack("<Q", len(plain)) + ecb(key, plain.ljust(-(-len(plain) // 16) * 16, b"\0"))
    locked = io.BytesIO()
    ECMA376Encrypted(package, info).write_to(locked)
    (HERE / "standard.xlsx").write_bytes(locked.getvalue())


def rc4(key, data):
    box, j = list(range(256)), 0
    for i in range(256):
        j = (j + box[i] + key[i % len(key)]) % 256
        box[i], box[j] = box[j], box[i]
    out, i, j = bytearray(), 0, 0
    for byte in data:
        i = (i + 1) % 256
        j = (j + box[i]) % 256
        box[i], box[j] = box[j], box[i]
        out.append(byte ^ box[(box[i] + box[j]) % 256])
    return bytes(out)


def xls(filepass, key):
    """Puts FILEPASS behind the first BOF, moves what points into the stream, and locks the records."""
    source = olefile.OleFileIO(HERE / "kinds.xls")
    stream = source.openstream("Workbook").read()
    records, at = [], 0
    while at + 4 <= len(stream):
        kind, length = struct.unpack_from("<HH", stream, at)
        if kind == 0:
            break
        records.append((kind, bytearray(stream[at + 4 : at + 4 + length])))
        at += 4 + length
    records.insert(1, (0x2F, bytearray(filepass)))
    plain, where = bytearray(), []
    for kind, data in records:
        if kind == 0x85:
            struct.pack_into("<I", data, 0, struct.unpack_from("<I", data)[0] + 4 + len(filepass))
        where.append((kind, len(plain), len(data)))
        plain += struct.pack("<HH", kind, len(data)) + data
    locked = bytearray()
    for span in range(0, len(plain), 1024):
        locked += rc4(key(span // 1024), plain[span : span + 1024])
    for kind, at, length in where:
        is_open = length if kind in (0x809, 0x2F, 0xE1, 0x194, 0x195, 0x196, 0x138) else 4 if kind == 0x85 else 0
        locked[at : at + 4 + is_open] = plain[at : at + 4 + is_open]
    return bytes(locked)


def container(stream):
    """An OLE container with this one stream."""
    size = len(stream)
    assert size >= 4096, "a shorter one would have to lie in the mini stream"
    stream = stream.ljust(-(-size // 512) * 512, b"\0")
    count = len(stream) // 512
    fat = [*range(1, count), 0xFFFFFFFE, 0xFFFFFFFE, 0xFFFFFFFD]
    fat += [0xFFFFFFFF] * (128 - len(fat))
    header = bytes.fromhex("d0cf11e0a1b11ae1") + bytes(16) + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + bytes(6)
    header += struct.pack("<IIIIIIIIII", 0, 1, count, 0, 4096, 0xFFFFFFFE, 0, 0xFFFFFFFE, 0, count + 1) + b"\xff" * 432

    def entry(name, kind, child, start, size):
        wide = name.encode("utf-16le")
        return wide.ljust(64, b"\0") + struct.pack("<HBBIII", len(wide) + 2, kind, 1, 0xFFFFFFFF, 0xFFFFFFFF, child) + bytes(36) + struct.pack("<IQ", start, size)

    directory = entry("Root Entry", 5, 1, 0xFFFFFFFE, 0) + entry("Workbook", 2, 0xFFFFFFFF, 0, size) + bytes(256)
    return header + stream + directory + struct.pack("<128I", *fat)


def office97():
    first = hashlib.md5(PASSWORD.encode("utf-16le")).digest()[:5]
    base = hashlib.md5((first + SALT) * 16).digest()[:5]
    key = lambda span: hashlib.md5(base + struct.pack("<I", span)).digest()
    verifier = bytes(range(16, 32))
    both = rc4(key(0), verifier + hashlib.md5(verifier).digest())
    return xls(struct.pack("<HHH", 1, 1, 1) + SALT + both, key)


def cryptoapi():
    base = sha1(SALT, PASSWORD.encode("utf-16le"))
    key = lambda span: sha1(base, struct.pack("<I", span))[:16]
    verifier = bytes(range(16, 32))
    both = rc4(key(0), verifier + sha1(verifier))
    provider = "Microsoft Enhanced Cryptographic Provider v1.0\0".encode("utf-16le")
    header = struct.pack("<8I", 4, 0, 0x6801, 0x8004, 128, 1, 0, 0) + provider
    info = struct.pack("<HHHII", 1, 2, 2, 4, len(header)) + header + struct.pack("<I", 16) + SALT + both[:16] + struct.pack("<I", 20) + both[16:]
    return xls(info, key)


agile("agile.xlsx", PASSWORD)
agile("velvet.xlsx", "VelvetSweatshop")
# A whole submission, for the archive.
agile("submission.xlsx", PASSWORD, HERE.parent / "clean-register-60/inbox/第一党委/第一东1支部.xlsx")
standard()
(HERE / "office97.xls").write_bytes(container(office97()))
(HERE / "cryptoapi.xls").write_bytes(container(cryptoapi()))

def submissions():
    clean = HERE.parent / "clean-register-60/inbox/第一党委/第一东1支部.xlsx"
    faulty = openpyxl.load_workbook(HERE.parent / "clean-register-60/inbox/第二党委/第二北4支部.xlsx")
    faulty["党员名册"]["E2"].value = "360102"
    whole = io.BytesIO()
    faulty.save(whole)
    (HERE / "locked").mkdir(exist_ok=True)
    for name, plain in [("accepted.xlsx", io.BytesIO(clean.read_bytes())), ("returned.xlsx", whole)]:
        with open(HERE / "locked" / name, "wb") as locked:
            OOXMLFile(plain).encrypt("县委Zq7-2026", locked)


submissions()

# Another program must be able to open them.
for name in ["agile.xlsx", "standard.xlsx", "office97.xls", "cryptoapi.xls"]:
    with open(HERE / name, "rb") as locked:
        file = msoffcrypto.OfficeFile(locked)
        file.load_key(password=PASSWORD, **({"verify_password": True} if name.endswith("xlsx") else {}))
        opened = io.BytesIO()
        file.decrypt(opened)
        assert name.endswith(".xls") or opened.getvalue() == (HERE / "kinds.xlsx").read_bytes(), name
