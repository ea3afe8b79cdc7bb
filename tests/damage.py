"""Inputs damaged by chance, as disks, editors and spreadsheets damage them."""

from __future__ import annotations

import io
import random
import re
import zipfile

# Cells that are no number, or hardly one, a name or a date that is none, marks of other systems.
ODD = (
    "", " ", "nan", "inf", "-inf", "1e400", "1e308", "-1e308", "1e-320", "9" * 40, "-0", "-1",
    "0", "0.5", "١٢", "²", "1_000", "0x10", "1,5", "1 000", "£3", "12%", "true", "None", "#REF!",
    "NULL", "c", "z", "x", ":", "31/02/2020", "2020-13-01", "00/00/0000", "01/01/0001",
    "31/12/9999", "43831", "2020-01-01T25:00", "é", "\u202e", "\x00", "\x1b[31m", "=1+1", "@a",
    "a" * 300, '"', "'", "\\", "\t", "name with blanks", "null", "[]", "{}", "[[[[[", "-",
)  # fmt: skip
_WORDS = re.compile(r"[^,;:\s\[\]{}\"=]+")


def damaged(data: bytes, chance: random.Random) -> bytes:
    """Some bytes changed, taken out, doubled, or the end cut off."""
    changed = bytearray(data)
    for _ in range(chance.choice((1, 1, 2, 8))):
        at = chance.randrange(len(changed))
        way = chance.randrange(5)
        if way == 0:
            changed[at] = chance.randrange(256)
        elif way == 1:
            changed[at] = chance.choice(b'0123456789-+.eE,;:"<>/=[]{}\n\0 ')
        elif way == 2:
            del changed[at : at + chance.randrange(1, 9)]
        elif way == 3:
            changed[at:at] = changed[at : at + 20] * chance.randrange(1, 9)
        else:
            del changed[max(at, 1) :]
        changed = changed or bytearray(b" ")
    return bytes(changed)


def miswritten(data: bytes, chance: random.Random) -> bytes:
    """Some words of a text, or lines of it, other than they were: it is still of its form."""
    lines = data.decode("utf-8").split("\n")
    for _ in range(chance.choice((1, 1, 2, 5))):
        at = chance.randrange(len(lines))
        way = chance.randrange(8)
        words = list(_WORDS.finditer(lines[at]))
        if way == 0:
            del lines[at]
        elif way == 1:
            lines.insert(at, chance.choice(lines))
        elif way == 2:
            other = chance.randrange(len(lines))
            lines[at], lines[other] = lines[other], lines[at]
        elif words:
            word = chance.choice(words)
            lines[at] = lines[at][: word.start()] + chance.choice(ODD) + lines[at][word.end() :]
        lines = lines or [""]
    return "\n".join(lines).encode("utf-8", "surrogatepass")


def spoilt(data: bytes, chance: random.Random) -> bytes:
    """A text damaged in one way or the other."""
    return (damaged if chance.random() < 0.4 else miswritten)(data, chance)


def packed(parts: dict[str, bytes]) -> bytes:
    """A workbook of these parts."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as book:
        for name, data in parts.items():
            book.writestr(name, data)
    return file.getvalue()
