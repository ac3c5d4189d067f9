"""Names found by the beginnings of their words, in any order and with any accents, by an index (fold_name)."""

from collections.abc import Iterable
from typing import Any

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db.models import BooleanField, F, Func, Q, TextField, Value


class FoldName(Func):
    """A name as it is compared: one space before each word, in lower case, letters without their marks."""

    function = "fold_name"
    output_field = TextField()


class _WordBegins(Func):
    """Whether a word of a name begins with another, both folded."""

    template = "fold_name(%(expressions)s) || '%%%%'"
    arg_joiner = ") LIKE '%%' || fold_name("
    output_field = BooleanField()


def name_index(name: str, field: str) -> GinIndex:
    """The index that finds the names of a column."""
    return GinIndex(OpClass(FoldName(F(field)), "gin_trgm_ops"), name=name)


def named(path: str, words: Iterable[str]) -> Q:
    """Rows whose name, at the end of a path, has words that begin so."""
    begins: list[Any] = [_WordBegins(F(path), Value(word, output_field=TextField())) for word in words]
    return Q(*begins)
