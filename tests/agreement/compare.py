"""Two PDFs of one document, word by word: which words stand on which page, and how far apart."""

import html
import re
import subprocess
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from math import hypot

MM = 25.4 / 72

# pdftotext's own words are runs without a gap. Where both sides have the same run it is one word; where they part a line
# differently it is cut into characters of Chinese and words of everything else.
PIECE = re.compile(r"[0-9A-Za-z\u00c0-\u024f.,%+−-]+|.")
WORD = re.compile(r'<word xMin="(\S+)" yMin="(\S+)" xMax="(\S+)" yMax="(\S+)">(.*?)</word>')
PAGE = re.compile(r'<page width="(\S+)" height="(\S+)">(.*?)</page>', re.S)


@dataclass(frozen=True)
class Word:
    text: str
    left: float
    right: float
    top: float
    bottom: float

    def at(self):
        return self.left, (self.top + self.bottom) / 2

    def pieces(self):
        """The word cut up, each part by its share of the width: a Chinese character counts 2."""
        parts = PIECE.findall(self.text)
        sizes = [sum(1 if ord(c) < 0x2000 else 2 for c in part) for part in parts]
        unit, left = (self.right - self.left) / max(sum(sizes), 1), self.left
        for part, size in zip(parts, sizes):
            yield Word(part, left, left + size * unit, self.top, self.bottom)
            left += size * unit


@dataclass
class Agreement:
    """What two PDFs have in common."""

    pages: tuple = (0, 0)
    # Pages with the same words on both sides.
    same: int = 0
    words: int = 0
    within1: int = 0
    within3: int = 0
    # The worst words: distance in mm, page, text, both places in mm.
    far: list = field(default_factory=list)
    # Words that only one side has on a page: page, ours, theirs.
    odd: list = field(default_factory=list)

    def add(self, other):
        self.pages = tuple(a + b for a, b in zip(self.pages, other.pages))
        for name in ("same", "words", "within1", "within3"):
            setattr(self, name, getattr(self, name) + getattr(other, name))


def words(path):
    """The words of each page and its size in points."""
    text = subprocess.run(["pdftotext", "-bbox", path, "-"], capture_output=True, check=True).stdout.decode()
    pages = []
    for width, height, body in PAGE.findall(text):
        found = []
        for left, top, right, bottom, word in WORD.findall(body):
            # Spaces and what looks like them say nothing.
            word = "".join(html.unescape(word).split())
            if word:
                found.append(Word(word, float(left), float(right), float(top), float(bottom)))
        pages.append(((float(width), float(height)), found))
    return pages


def reading(found):
    """Words in lines from the top, each line from the left."""
    lines = []
    for word in sorted(found, key=lambda word: word.at()[1]):
        if lines and word.at()[1] - lines[-1][0] < 3:
            lines[-1][1].append(word)
        else:
            lines.append((word.at()[1], [word]))
    return [word for _, line in lines for word in sorted(line, key=lambda word: word.left)]


def distance(one, other):
    return hypot(*(a - b for a, b in zip(one.at(), other.at()))) * MM


def pair(ours, theirs):
    """Pairs of equal words, the k-th of one side with the k-th of the other, down or across, whichever is nearer as a
    whole; so a column that is a row too low is too low throughout. Then what is left of both sides."""
    pairs, rest = [], ([], [])
    sides = defaultdict(lambda: ([], []))
    for side, found in enumerate((ours, theirs)):
        for word in found:
            sides[word.text][side].append(word)
    for mine, other in sides.values():
        if len(mine) != len(other):
            rest[0].extend(mine)
            rest[1].extend(other)
            continue
        down = list(zip(reading(mine), reading(other)))
        across = list(zip(sorted(mine, key=Word.at), sorted(other, key=Word.at)))
        pairs.extend(min(down, across, key=lambda way: sum(distance(*two) ** 2 for two in way)))
    return pairs, rest


def compare_page(ours, theirs):
    pairs, (mine, other) = pair(ours, theirs)
    more, (mine, other) = pair([part for word in mine for part in word.pieces()], [part for word in other for part in word.pieces()])
    # Latin words that were joined or parted otherwise: their letters.
    letters = lambda found: [Word(c, word.left, word.right, word.top, word.bottom) for word in found for c in word.text]
    last, (mine, other) = pair(letters(mine), letters(other))
    return pairs + more + last, mine, other


def compare(ours, theirs):
    """Our PDF against the other program's."""
    ours, theirs = words(ours), words(theirs)
    result = Agreement(pages=(len(ours), len(theirs)))
    for number, ((size, mine), (other_size, other)) in enumerate(zip(ours, theirs), 1):
        if any(abs(a - b) > 2 for a, b in zip(size, other_size)):
            result.odd.append((number, f"page {size}", f"page {other_size}"))
            continue
        pairs, only_mine, only_other = compare_page(mine, other)
        alike = Counter("".join(word.text for word in mine)) == Counter("".join(word.text for word in other))
        result.same += alike
        if not alike:
            text = lambda found: "".join(word.text for word in found)[:60]
            result.odd.append((number, text(only_mine), text(only_other)))
        result.words += len(pairs) + max(len(only_mine), len(only_other))
        for one, two in pairs:
            apart = distance(one, two)
            result.within1 += apart <= 1
            result.within3 += apart <= 3
            if apart > 1:
                result.far.append((apart, number, one.text, one.at(), two.at()))
    result.far.sort(reverse=True)
    return result
