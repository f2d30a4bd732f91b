"""What can go wrong, in words a user can act on.

WijkspiegelError             the program stops with one message and no traceback
├── InputError               a file is not what it should be: which, where, how to mend it
├── SettingsError            city.toml or an option asks for something that cannot be
│   └── PlanningError        so do the people, tables and rules of a plan (encounters/said.py)
├── FetchError               a server did not give what was asked for
└── DisclosureError          the figures may not leave the room like this

Anything else that is raised is a fault of the program.
"""


class WijkspiegelError(Exception):
    """An error for the user. `exit_code` is what the command line ends with."""

    exit_code = 2


class InputError(WijkspiegelError):
    """A file is not what it should be.

    >>> str(InputError("area 'BU9' is unknown", file="people.csv", row=4812, mend="Give the zoning of 2021."))
    "Row 4,812 of people.csv: area 'BU9' is unknown. Give the zoning of 2021."
    """

    def __init__(
        self, problem: str, *, file: object = None, row: int | None = None, column: str | None = None, mend: str = ""
    ) -> None:
        self.problem, self.file, self.row, self.column, self.mend = problem, file, row, column, mend
        super().__init__(self._sentence())

    def _sentence(self) -> str:
        place = []
        if self.row is not None:
            place.append(f"row {self.row:,}")
        if self.column is not None:
            place.append(f"column '{self.column}'")
        where = ", ".join(place)
        if self.file is not None:
            where = f"{where} of {self.file}" if where else str(self.file)
        where = where[:1].upper() + where[1:] if place else where
        sentence = f"{where}: {self.problem}" if where else self.problem
        sentence = sentence.rstrip()
        if not sentence.endswith((".", "?", "!", ":")):
            sentence += "."
        return f"{sentence} {self.mend}".rstrip()


class SettingsError(WijkspiegelError):
    """A setting or an option asks for something that cannot be."""


class FetchError(WijkspiegelError):
    """A server did not give what was asked for, after all retries."""

    exit_code = 3


class DisclosureError(WijkspiegelError):
    """These figures may not leave the room like this."""

    exit_code = 4
