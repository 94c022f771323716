# SPDX-License-Identifier: BSD-3-Clause
"""What a case expects, and how it fails."""


class Failure(Exception):
    """The case failed."""


class Skip(Exception):
    """The case needs what this machine lacks."""


def check(condition, sentence):
    if not condition:
        raise Failure(sentence)


def equal(what, is_value, wanted):
    if is_value != wanted:
        raise Failure(f"{what} is {is_value!r}, not {wanted!r}")
