"""What is found in a city's files: what is there and what does not fit. All is gathered before anything stops."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from wijkspiegel.errors import InputError, WijkspiegelError
from wijkspiegel.tables import Note


@dataclass(frozen=True)
class Finding:
    """One sentence for the user. A problem is to be mended before there can be a mirror."""

    text: str
    is_problem: bool = False


@dataclass
class Findings:
    """Findings in the order in which they were made, and the notes that go with the city."""

    all: list[Finding] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    errors: list[WijkspiegelError] = field(default_factory=list)

    def say(self, text: str) -> None:
        self.all.append(Finding(text))

    def note(self, note: Note) -> None:
        self.notes.append(note)
        self.say(note.en)

    def problem(self, error: WijkspiegelError) -> None:
        if str(error) not in {finding.text for finding in self.all}:
            self.errors.append(error)
            self.all.append(Finding(str(error), is_problem=True))

    @contextmanager
    def gathering(self) -> Iterator[None]:
        """What is raised inside is noted as a problem, and the rest goes on."""
        try:
            yield
        except WijkspiegelError as error:
            self.problem(error)

    def error(self) -> WijkspiegelError:
        """The first problem, which says how many more there are."""
        first, others = self.errors[0], len(self.errors) - 1
        if not others:
            return first
        more = f"{others} more {'problem' if others == 1 else 'problems'}: see them with `wijkspiegel check`."
        if isinstance(first, InputError):
            mend = f"{first.mend} {more}".strip()
            return InputError(first.problem, file=first.file, row=first.row, column=first.column, mend=mend)
        return type(first)(f"{first} {more}")
