# SPDX-License-Identifier: BSD-3-Clause
"""What each kind of member refuses, and with which words; and what it takes in another spelling."""

NO_SUCH_ID = "00000000-0000-4000-8000-00000000dead"
CONTAINERS = ([], {}, ["x"], {"x": 1})


class Kind:
    """`bad`: (value, words of the sentence after the member's name). `fine`: values that are taken
    although JSON has a plainer one, and what is then shown."""
    words = ""
    fine = ()
    absent = None  # what is shown of one that is not there

    def values(self):
        return ()

    def bad(self):
        for value in (*self.values(), *CONTAINERS):
            yield value, self.words

    def judged(self):
        """The same of values whose spelling is right: what is said of them is said of the member's
        own name, whatever alias was used."""
        return ()


class Text(Kind):
    def __init__(self, empty=True, lines=False, most=255):
        self.empty, self.lines, self.most = empty, lines, most
        self.words = (f"must be a {'' if empty else 'non-empty '}string of at most {most} bytes"
                      " without control characters")
        self.words += " but tabs and ends of lines" if lines else ""
        self.fine = ((" \u00e4\u20ac\U0001f309\"\\", None),) if empty else ()
        self.fine += (("one\ttwo\r\nthree\n", None),) if lines else ()

    def values(self):
        yield from (5, 1.5, True, "x" * (self.most + 1), "\u00e4" * 128, "\x1b[31mred", "\x7f", "\u0085",
                    "\u0001", "a\n\v")
        if not self.lines:
            yield from ("a\nb", "a\tb", "a\r")
        if not self.empty:
            yield ""


class Place(Text):
    """Where to connect to."""

    def __init__(self):
        super().__init__()
        self.fine = ()

    def judged(self):
        for value in ("peer.example", "192.0.2.1", "192.0.2.1:", "192.0.2.1:0", "192.0.2.1:65536", ":9697",
                      "2001:db8::1:9697x", "unix:/run/x", "http://peer.example:9697"):
            yield value, f'"{value}" is no place to connect to'


class Flag(Kind):
    words = "must be true or false"
    fine = (("true", True), ("FALSE", False))

    def values(self):
        return 0, 1, 1.5, "", "perhaps", "1", "yes", " true"


class Integer(Kind):
    def __init__(self, low, high):
        self.low, self.high = low, high
        self.words = f"must be an integer between {low} and {high}"
        self.fine = ((str(low), low), (hex(high), high), (float(low), low))

    def values(self):
        beyond = (self.low - 1, self.high + 1)
        return (*beyond, *map(str, beyond), -1, self.low + 0.5, 1e300, True, "", "x", "0x", " 7", "7 ",
                "+7", f"{self.high}x", f"{self.high}.0", "9" * 40)


class Choice(Kind):
    def __init__(self, *choices):
        self.choices = choices
        self.words = "must be one of " + ", ".join(f'"{choice}"' for choice in choices)

    def values(self):
        return "", "morse", self.choices[0].upper(), self.choices[0] + " ", 0, True


class Mac(Kind):
    words = "must be a MAC address such as"

    def values(self):
        return ("", "02:00:00:00:00", "02:00:00:00:00:0g", "02:00:00:00:00:01:02", "02:00-00:00:00:01",
                "0200.0000.000", " 02:00:00:00:00:01", "020000000001", 2, True)

    def judged(self):
        for value in ("01:00:5e:00:00:01", "ff:ff:ff:ff:ff:ff", "00:00:00:00:00:00"):
            yield value, "must be the address of one station"


class Address(Kind):
    words = "must be an IPv4 or IPv6 address"

    def __init__(self, others):
        """And the addresses that are none of what is asked for, with the words."""
        self.others = others

    def values(self):
        return ("", "10.0.0.256", "10.0.0", "10.0.0.1/24", "fe80::1%eth0", "1::2::3", "::g", "host",
                " 10.0.0.1", "010.0.0.1", 10, 1.5, True)

    def judged(self):
        return self.others


class Id(Kind):
    words = "must be a UUID"

    def values(self):
        return ("", "1", NO_SUCH_ID + "0", NO_SUCH_ID[:-1], NO_SUCH_ID.replace("d", "g"),
                NO_SUCH_ID.replace("-", ":"), "{" + NO_SUCH_ID[1:-1] + "}",
                "00000000-0000-0000-0000-000000000000", "0" * 32, 1, True)


class Reference(Kind):
    """One that there is not, or are several of, is another error; see REFERENCES of the case."""

    def __init__(self, to):
        self.words = f"must be the id of an existing {to}"

    def values(self):
        return "", 1, 1.5, True


class Tags(Kind):
    words = 'must be "0" for untagged, a VLAN id "1" to "4094" or two such as "100.200"'

    def __init__(self, empty=False):
        """Whether "" is none, for clients of OpenStack's."""
        self.empty = empty
        self.absent = "" if empty else None

    def values(self):
        yield from ("4095", 4095, "65636", "a", "-1", -1, 1.5, "100.", ".200", "0.5", "5.0",
                    "100.4095", "1.2.3", " 100", "100 ", "000001", True, "9" * 40)
        if not self.empty:
            yield ""


class List(Kind):
    """Of a kind; a dictionary of members is a list of objects."""

    def __init__(self, of, most=1024, empty=True, example=None):
        self.of, self.most, self.empty, self.example = of, most, empty, example

    def bad(self):
        element = "an object" if isinstance(self.of, dict) else self.of.words.removeprefix("must be ")
        for value in ("", "x", 5, 1.5, True, {}, {"x": 1}):
            yield value, "must be a list, each element " + element
        yield [self.example] * (self.most + 1), f"must have at most {self.most} elements"
        if not self.empty:
            yield [], "must not be an empty list"


class Object(Kind):
    """One object of its own members."""

    words = "must be an object"

    def __init__(self, of):
        self.of, self.example = of, {}

    def bad(self):
        for value in ("", "x", 5, 1.5, True, [], [{}]):
            yield value, self.words


class Member:
    def __init__(self, kind, *aliases, when="create update", required=False, nullable=False):
        self.kind, self.aliases = kind, aliases
        self.required, self.nullable = required, nullable
        self.create, self.update = "create" in when, "update" in when


class Spot:
    """A place in a body: one spelling of one member of one collection, maybe inside of lists."""

    def __init__(self, name, canonical, member, inside=None):
        """`inside` puts it in a body where it is a member of a list's object."""
        self.name, self.canonical, self.member, self.inside = name, canonical, member, inside
        self.kind = member.kind
        self.rivals = {canonical, *member.aliases}
        self.outermost = inside.spot.outermost if inside else member
        self.prefix = inside.path + "." if inside else ""
        self.path = self.prefix + name

    def misspelt(self, name):
        return Spot(name, self.canonical, self.member, self.inside)

    def body(self, base, value):
        """The members of a body that gives this value; `base` are members beside it."""
        if self.inside:
            return self.inside.body(base, {self.name: value}, self.rivals)
        kept = {name: one for name, one in base.items() if name not in self.rivals}
        return {**kept, self.name: value}


class Inside:
    """The first element of a list of objects."""

    def __init__(self, spot):
        self.spot = spot
        self.path = spot.path + "[0]"

    def body(self, base, members, rivals):
        kept = {name: one for name, one in self.spot.kind.example.items() if name not in rivals}
        return self.spot.body(base, [{**kept, **members}])


class Within(Inside):
    """The object that a member is."""

    def __init__(self, spot):
        super().__init__(spot)
        self.path = spot.path

    def body(self, base, members, rivals):
        return self.spot.body(base, members)


def spots(members, inside=None):
    """Every spelling of every member of a table, with those of the objects in its lists."""
    for name, member in members.items():
        for spelling in (name, *member.aliases):
            yield Spot(spelling, name, member, inside)
        if isinstance(member.kind, List) and isinstance(member.kind.of, dict):
            yield from spots(member.kind.of, Inside(Spot(name, name, member, inside)))
        if isinstance(member.kind, Object):
            yield from spots(member.kind.of, Within(Spot(name, name, member, inside)))


def bad_rows(spot):
    """(value, the whole sentence's beginning) that this place must refuse."""
    for value, words in spot.kind.bad():
        yield value, f"{spot.path} {words}"
    for value, words in spot.kind.judged():
        yield value, f"{spot.prefix}{spot.canonical} {words}"
    if isinstance(spot.kind, List) and not isinstance(spot.kind.of, dict):
        for value, words in (*spot.kind.of.bad(), *spot.kind.of.judged(), (None, spot.kind.of.words)):
            yield [spot.kind.example, value], f"{spot.path}[1] {words}"
    elif isinstance(spot.kind, List):
        for value in (None, "x", 5, [], True):
            yield [spot.kind.example, value], f"{spot.path}[1] must be an object"
