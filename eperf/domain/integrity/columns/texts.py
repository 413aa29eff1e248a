"""I-11 over entries: `entry`, `person`, `text`."""

from __future__ import annotations

import polars as pl

from eperf.domain.integrity.texts import OthersText, OwnRepeats


def normalised(text: str) -> pl.Expr:
    """Lower case, single blanks, none at the ends."""
    return pl.col(text).str.to_lowercase().str.replace_all(r"\s+", " ").str.strip_chars(" ")


def own_repeats(entries: pl.DataFrame, settings: OwnRepeats | None = None) -> pl.DataFrame:
    """I-11, own: for each person how often an entry of the month equals an earlier one of theirs, at most."""
    rule = settings or OwnRepeats()
    return (
        entries.group_by("person", wording=normalised("text"))
        .agg(equal_texts=pl.len().cast(pl.Int64) - 1)
        .group_by("person")
        .agg(pl.col("equal_texts").max())
        .with_columns(flagged=pl.col("equal_texts") > rule.over_times)
        .sort("person")
    )


def like_anothers(entries: pl.DataFrame, settings: OthersText | None = None) -> pl.DataFrame:
    """I-11, another's: every two entries of two people that share a shingle, with the shingles in both and in either.

    Entries that share none are not like each other and have no row. Each distinct wording is cut once.
    """
    rule = settings or OthersText()
    cut = _shingles(entries, rule.words)
    sizes = cut.group_by("entry", "person").agg(size=pl.len().cast(pl.Int64))
    both = (
        cut.join(cut.rename({"entry": "other_entry", "person": "other"}), on="shingle")
        .filter(pl.col("entry") < pl.col("other_entry"), pl.col("person") != pl.col("other"))
        .group_by("entry", "other_entry", "person", "other")
        .agg(both=pl.len().cast(pl.Int64))
    )
    least, whole = rule.min_jaccard.as_integer_ratio()
    other_sizes = sizes.select(other_entry="entry", other_size="size")
    return (
        both.join(sizes.select("entry", "size"), on="entry")
        .join(other_sizes, on="other_entry")
        .with_columns(either=pl.col("size") + pl.col("other_size") - pl.col("both"))
        .with_columns(flagged=pl.col("both") * whole >= pl.col("either") * least)
        .select("entry", "person", "other_entry", "other", "both", "either", "flagged")
        .sort("entry", "other_entry")
    )


def _shingles(entries: pl.DataFrame, words: int) -> pl.DataFrame:
    """Each entry with each of its shingles once; a text of fewer words is one shingle, an empty one has none."""
    wordings = (
        entries.select(wording=normalised("text"))
        .unique()
        .filter(pl.col("wording") != "")
        .with_columns(word=pl.col("wording").str.split(" "))
        .with_columns(count=pl.col("word").list.len().cast(pl.Int64))
    )
    following = [pl.col("word").shift(-step).over("wording", order_by="place") for step in range(words)]
    cut = (
        wordings.filter(pl.col("count") >= words)
        .with_columns(place=pl.int_ranges(pl.col("count")))
        .explode("word", "place")
        .select("wording", shingle=pl.concat_str(following, separator=" "))
        .drop_nulls("shingle")
    )
    short = wordings.filter(pl.col("count") < words).select("wording", shingle="wording")
    each = pl.concat([cut, short]).unique()
    return (
        entries.select("entry", "person", wording=normalised("text")).join(each, on="wording").drop("wording")
    )
