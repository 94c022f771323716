# SPDX-License-Identifier: BSD-3-Clause
"""How a case ends when it does not pass."""

import time


class Failure(Exception):
    """The case failed; the text is one sentence that says what was expected and what was seen."""


class Skip(Exception):
    """A foreign peer that the case needs is absent; the text says which."""


def check(condition, sentence):
    """Fail with `sentence` unless `condition` holds."""
    if not condition:
        raise Failure(sentence)


def wait_until(question, timeout_s, sentence, interval_s=0.05):
    """Poll `question` until it answers something true, and return that answer.

    `sentence` is what to say when it never does: a string, or a function that makes one then.
    """
    deadline = time.monotonic() + timeout_s
    while True:
        answer = question()
        if answer:
            return answer
        if time.monotonic() > deadline:
            raise Failure(
                (sentence() if callable(sentence) else sentence) + f" (waited {timeout_s} s)"
            )
        time.sleep(interval_s)
