"""What entries say: I-11 and I-28."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from eperf.domain.integrity.catalogue import indicator
from eperf.domain.integrity.finding import Finding, counted
from eperf.domain.scoring.rounding import half_up

_WORD = re.compile(r"[^\W\d_]+")
_KEYBOARD = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
_NO_VOWELS = re.compile("[^aeiou]{5}")
_STUTTER = re.compile(r"(.)\1{3}")
_SYLLABLE_THRICE = re.compile(r"(..|...)\1\1")
_TWICE = re.compile(r"(?=(...)\1)")
_ROWS = (*_KEYBOARD, *(row[::-1] for row in _KEYBOARD))
_ABBREVIATION = 8
"""The longest word in capitals that is read as an abbreviation."""


@dataclass(frozen=True, slots=True)
class OwnRepeats:
    """I-11, own: how often in a month a text may equal an earlier one of the same person."""

    over_times: int = 5


@dataclass(frozen=True, slots=True)
class OthersText:
    """I-11, another's: how many words make a shingle, and from which likeness on."""

    words: int = 3
    min_jaccard: Decimal = Decimal("0.8")


@dataclass(frozen=True, slots=True)
class EmptyContent:
    """I-28: the least characters, and from which share of odd letters on a text is random."""

    min_characters: int = 15
    min_odd_pct: Decimal = Decimal(50)


def normalised(text: str) -> str:
    """Lower case, single blanks, none at the ends."""
    return " ".join(text.lower().split())


def own_repeats(equal_texts: int, settings: OwnRepeats | None = None) -> Finding:
    """I-11 for one person and month: how often an entry equals an earlier one of their own."""
    rule = settings or OwnRepeats()
    return Finding(
        indicator("I-11"),
        counted("equal_texts_in_month", equal_texts) > rule.over_times,
        {"equal_texts": equal_texts, "over_times": rule.over_times},
    )


def own_repeats_of(texts: Sequence[str], settings: OwnRepeats | None = None) -> Finding:
    """The same from the texts of a month: of n equal ones, n - 1 equal an earlier one."""
    most = max(Counter(map(normalised, texts)).values(), default=1)
    return own_repeats(most - 1, settings)


def shingles(text: str, words: int = 3) -> frozenset[tuple[str, ...]]:
    """Every run of that many words of a normalised text; a shorter text is one shingle, an empty one has none."""
    all_words = tuple(normalised(text).split())
    if not all_words:
        return frozenset()
    runs = max(1, len(all_words) - words + 1)
    return frozenset(all_words[start : start + words] for start in range(runs))


def jaccard(one: frozenset[tuple[str, ...]], other: frozenset[tuple[str, ...]]) -> Fraction:
    """Shingles in both over shingles in either; 0 when there is none."""
    either = one | other
    return Fraction(len(one & other), len(either)) if either else Fraction(0)


def like_anothers(text: str, other: str, settings: OthersText | None = None) -> Finding:
    """I-11 for texts of two people. The likeness is compared exactly; `jaccard` shows it with three decimals."""
    rule = settings or OthersText()
    likeness = jaccard(shingles(text, rule.words), shingles(other, rule.words))
    return Finding(
        indicator("I-11"),
        likeness >= Fraction(rule.min_jaccard) and likeness > 0,
        {
            "jaccard": Decimal(half_up(likeness * 1000)) / 1000,
            "min_jaccard": rule.min_jaccard,
            "words": rule.words,
        },
    )


def empty_content(text: str, settings: EmptyContent | None = None) -> Finding:
    """I-28: too short, or random letters. What looks random is a guess, so the finding is weak."""
    rule = settings or EmptyContent()
    tidy = " ".join(text.split())
    words = _WORD.findall(tidy)
    letters = sum(map(len, words))
    odd = sum(len(word) for word in words if is_odd(word))
    rows = (
        ("short", len(tidy) < rule.min_characters),
        ("no_letters", letters == 0),
        ("random", letters > 0 and odd * 100 >= rule.min_odd_pct * letters),
    )
    causes = tuple(name for name, applies in rows if applies)
    return Finding(
        indicator("I-28"),
        bool(causes),
        {"characters": len(tidy), "letters": letters, "odd_letters": odd, "causes": causes},
    )


def is_odd(word: str) -> bool:
    """Whether nobody would say the word: no vowel, hardly any, five consonants in a row, a stutter of letters or
    syllables, a keyboard's row.

    Short words and abbreviations in capitals are left alone, but for three letters of one row or one letter thrice.
    Indonesian has four consonants at most (instruksi).
    """
    if len(word) < 3 or (word.isupper() and len(word) <= _ABBREVIATION):
        return False
    plain = word.lower()
    if not plain.isascii():
        return False
    if len(plain) == 3:
        return (plain == plain[0] * 3 and plain != "iii") or _along_a_row(plain, 3)
    vowels = sum(letter in "aeiou" for letter in plain)
    few = vowels == 0 or (len(plain) >= 6 and vowels * 5 < len(plain))
    rules = (_NO_VOWELS, _STUTTER, _SYLLABLE_THRICE)
    return few or any(rule.search(plain) for rule in rules) or _along_a_row(plain, 4) or _row_twice(plain)


def _along_a_row(word: str, letters: int) -> bool:
    runs = [word[start : start + letters] for start in range(len(word) - letters + 1)]
    return any(run in row for run in runs for row in _ROWS)


def _row_twice(word: str) -> bool:
    """Three letters of a row and the same three again: asdasd."""
    return any(_along_a_row(found[1], 3) for found in _TWICE.finditer(word))
