"""What the page of a conversation needs of its release: statements, who judged them, and what these are called."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from wijkspiegel.disclosure import Release
from wijkspiegel.report.figures import Figures, Row
from wijkspiegel.report.finding import Words, interval_of, sentence
from wijkspiegel.tables import EVERYONE, OPINION, WEIGHTED

SHOWN = 8
"""Statements in a chart; the table under it has all of them."""
HARDLY, NEARLY = 0.005, 0.995
"""A chance beyond these is told as less or more than it: no finding is certain."""


def is_conversation(release: Release) -> bool:
    return bool(release.tables["statements"].num_rows)


@dataclass(frozen=True)
class Conversation:
    """A release of a conversation, read in one language."""

    figures: Figures
    words: Words

    @property
    def said(self) -> Words:
        words: Words = self.words["conversation"]
        return words

    @cached_property
    def statements(self) -> list[Row]:
        return self.figures.rows("statements")

    def verdict(self, verdict: str) -> list[Row]:
        return [row for row in self.statements if row["verdict"] == verdict]

    @cached_property
    def agreement(self) -> Mapping[str, list[Row]]:
        """Statement -> what is told of the agreement of everybody and of groups."""
        found: dict[str, list[Row]] = {}
        for row in self.figures.rows("agreement"):
            found.setdefault(row["statement"], []).append(row)
        return found

    @cached_property
    def groups(self) -> list[tuple[str, str]]:
        """Kind and group, of all that were judged and of which anything is told."""
        rows = (row for rows in self.agreement.values() for row in rows)
        groups = dict.fromkeys((row["kind"], row["group"]) for row in rows if row["kind"] not in (EVERYONE, WEIGHTED))
        kinds = list(dict.fromkeys(kind for kind, _ in groups))
        return sorted(groups, key=lambda one: (kinds.index(one[0]), one[1]))

    @cached_property
    def weighted(self) -> bool:
        return any(row["kind"] == WEIGHTED for rows in self.agreement.values() for row in rows)

    @property
    def who(self) -> str:
        """Who has to agree for a statement to bind."""
        return str(self.said["all_groups" if self.groups else "together"])

    @property
    def everybody(self) -> str:
        """What the figure of `everyone` is of."""
        return str(self.said["everybody_weighted" if self.weighted else "everybody"])

    def everyone(self, statement: str) -> Row | None:
        """The agreement of all people together, weighted where they were."""
        return self.agreement_of(statement, WEIGHTED if self.weighted else EVERYONE, EVERYONE)

    def agreement_of(self, statement: str, kind: str, group: str) -> Row | None:
        rows = self.agreement.get(statement, ())
        return next((row for row in rows if (row["kind"], row["group"]) == (kind, group)), None)

    def of_kinds(self, statement: str) -> dict[str, list[Row]]:
        """Kind -> the groups of it of which this statement's agreement is told."""
        found: dict[str, list[Row]] = {}
        for row in self.agreement.get(statement, ()):
            if row["kind"] not in (EVERYONE, WEIGHTED):
                found.setdefault(row["kind"], []).append(row)
        return found

    def text(self, statement: Row) -> str:
        """What a statement says, or which it is where that is not known."""
        return str(statement["text"] or self.said["statement"].format(statement=statement["statement"]))

    def quoted(self, statement: Row) -> str:
        """Likewise, to stand between quotation marks before a full stop."""
        return self.text(statement).strip().removesuffix(".")

    def group(self, kind: str, group: str) -> str:
        """The name of a group, as it stands in the middle of a sentence."""
        return str(self.said["opinion_group" if kind == OPINION else "group"].format(kind=kind, group=group))

    def more_in_table(self, rows: Sequence[object]) -> str:
        if len(rows) <= SHOWN:
            return ""
        return str(self.said["more"].format(shown=SHOWN, all=self.figures.number(len(rows))))

    def assumes(self, finding: str) -> str:
        """What agreement is, where the borders lie, and what this finding assumes besides."""
        texts = (self.said["agreement"], self.note("thresholds"), self.words[finding]["assumes"])
        return " ".join(text for text in texts if text)

    def note(self, code: str) -> str:
        """What the release notes under this code; "" where it does not."""
        notes = self.figures.release.about.notes
        return next((str(getattr(note, self.figures.language)) for note in notes if note.code == code), "")

    @property
    def participants(self) -> int:
        """How many took part, rounded; 0 where the release does not tell."""
        notes = self.figures.release.about.notes
        return next((note.count or 0 for note in notes if note.code == "participants"), 0)

    def percent(self, share: float | None) -> str:
        return self.figures.percent(share, 0)

    def chance(self, chance: float | None) -> str:
        """A chance, which is never told as none or as certain."""
        if chance is None or HARDLY <= chance < NEARLY:
            return self.percent(chance)
        return f"< {self.percent(2 * HARDLY)}" if chance < HARDLY else f"> {self.percent(NEARLY - HARDLY)}"

    def interval(self, row: Row) -> str:
        """Of 100."""
        return interval_of(self.figures, self.words, row["lower"], row["upper"], 100)

    @property
    def heads(self) -> list[str]:
        """Of the columns of all groups."""
        return [sentence(self.group(*group)) for group in self.groups]

    def cells(self, statement: Row, groups: Sequence[tuple[str, str]]) -> list[str]:
        """The agreement of these groups with a statement, for a row of a table."""
        return [self.of_group(self.agreement_of(statement["statement"], *group)) for group in groups]

    def of_group(self, row: Row | None) -> str:
        """The agreement of a group and of how many people that is, for a cell of a table."""
        if row is None:
            return "–"
        share, people = self.percent(row["agree"]), self.figures.number(row["n"])
        return str(self.said["of_people"].format(share=share, people=people))

    def listed(self, texts: Sequence[str]) -> str:
        """One, two and three."""
        return f" {self.words['page']['and']} ".join([", ".join(texts[:-1]), texts[-1]] if len(texts) > 1 else texts)

    def counted(self, texts: Mapping[str, str], count: int, **values: str) -> str:
        """The text for none, one or many, with {number}."""
        text = texts["none" if count == 0 else "one" if count == 1 else "many"]
        return text.format(number=self.figures.number(count), **values)
