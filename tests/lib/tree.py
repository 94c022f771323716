# SPDX-License-Identifier: BSD-3-Clause
"""The files of the source tree and what they include, for the checks of tests/house."""

import os
import re
import subprocess
import sys

TOP = os.path.realpath(os.path.join(os.path.dirname(os.path.realpath(__file__)), "..", ".."))


def files(*suffixes):
    """Paths, relative to the top, of the tree's own files that end in one of the suffixes."""
    try:
        listing = subprocess.run(["git", "-C", TOP, "ls-files", "-co", "--exclude-standard"],
                                 capture_output=True, text=True, check=True).stdout.split("\n")
    except (OSError, subprocess.CalledProcessError):
        listing = []
        for directory, folders, names in os.walk(TOP):
            folders[:] = [f for f in folders if f != ".git" and not f.startswith("build")]
            listing += [os.path.relpath(os.path.join(directory, n), TOP) for n in names]
    return sorted(p for p in listing
                  if os.path.isfile(os.path.join(TOP, p)) and (not suffixes or p.endswith(suffixes)))


def text(path):
    with open(os.path.join(TOP, path), encoding="utf-8", errors="replace") as file:
        return file.read()


def is_script(path):
    with open(os.path.join(TOP, path), "rb") as file:
        return file.read(2) == b"#!"


def code(path):
    """The text of a C file with comments and string contents blanked, line numbers kept."""
    def blank(match):
        found = match.group(0)
        if found[0] in "\"'":
            return found[0] + found[0]
        return re.sub(r"[^\n]", " ", found)
    return re.sub(r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', blank, text(path),
                  flags=re.S)


def includes(path):
    """(line, name, quoted) for each #include of a C file."""
    for number, line in enumerate(text(path).split("\n"), 1):
        match = re.match(r'\s*#\s*include\s*(["<])([^">]+)[">]', line)
        if match:
            yield number, match.group(2), match.group(1) == '"'


def finish(breaches):
    for breach in breaches:
        print(breach)
    sys.exit(1 if breaches else 0)
