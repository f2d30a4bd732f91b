"""Votes as people have them: the last of each counts, what cannot count is said with how much, a fault has a place."""

import csv
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pyarrow as pa
import pyarrow.parquet
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from wijkspiegel.errors import InputError
from wijkspiegel.sources.votes import Conversation, read_conversation

Write = Callable[[str, str], Path]
Shared = Callable[[str], Path]

BOTH = ("15-per-hour-seattle", "brexit-consensus", "canadian-electoral-reform", "vtaiwan.uberx")


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def to(name: str, content: str) -> Path:
        path = tmp_path / name
        path.write_text(content)
        return path

    return to


def told(conversation: Conversation) -> dict[tuple[str, str], int]:
    votes = conversation.votes
    return {
        (votes.persons[person], votes.statements[statement]): int(vote)
        for person, statement, vote in zip(votes.person, votes.statement, votes.vote, strict=True)
    }


def found(conversation: Conversation) -> dict[str, int | None]:
    """What was left out or mended, and of how many votes."""
    return {note.code: note.count for note in conversation.notes if note.code != "dealing_unknown"}


def message(path: Path, statements: Path | None = None) -> str:
    with pytest.raises(InputError) as error:
        read_conversation(path, statements)
    return str(error.value).replace(f"{path.parent}/", "")


OWN = "person,statement,vote\nann,parks,1\nann,trams,0\nbob,parks,-1\n"
TOLD = {("ann", "parks"): 1, ("ann", "trams"): 0, ("bob", "parks"): -1}


# Kinds of files ------------------------------------------------------------------------------------------------------


def in_excel(path: Path) -> Path:
    book = openpyxl.Workbook()
    for row in ([" person ", "statement", "vote"], ["ann", "parks", 1], ["ann", "trams", 0], ["bob", "parks", -1]):
        book.active.append(row)
    book.save(path)
    return path


def in_parquet(path: Path) -> Path:
    columns = {"person": ["ann", "ann", "bob"], "statement": ["parks", "trams", "parks"], "vote": [1.0, 0.0, -1.0]}
    pyarrow.parquet.write_table(pa.table(columns), path)
    return path


def test_votes_are_read_from_csv_excel_and_parquet(write: Write, tmp_path: Path) -> None:
    for path in (write("a.csv", OWN), in_excel(tmp_path / "a.xlsx"), in_parquet(tmp_path / "a.parquet")):
        read = read_conversation(path)
        assert told(read) == TOLD
        assert read.open == ("parks", "trams")
        assert [note.code for note in read.notes] == ["dealing_unknown"]


def test_times_of_a_workbook_and_of_parquet_tell_the_last_vote(tmp_path: Path) -> None:
    moments = [pa.scalar(f"2026-11-2{day}T14:30:00").cast(pa.timestamp("s")).as_py() for day in (5, 4)]
    columns = {"person": ["ann"] * 2, "statement": ["parks"] * 2, "vote": [1, -1], "time": moments}
    pyarrow.parquet.write_table(pa.table(columns), tmp_path / "a.parquet")
    book = openpyxl.Workbook()
    for row in (list(columns), *zip(*columns.values(), strict=True)):
        book.active.append(row)
    book.save(tmp_path / "a.xlsx")
    for name in ("a.parquet", "a.xlsx"):
        assert told(read_conversation(tmp_path / name)) == {("ann", "parks"): 1}


def test_names_that_are_numbers_are_the_same_in_every_kind_of_file(write: Write, tmp_path: Path) -> None:
    columns = pa.table({"person": [1.0, 2.0], "statement": [7, 7], "vote": [1, -1]})
    pyarrow.parquet.write_table(columns, tmp_path / "a.parquet")
    text = write("a.csv", "person,statement,vote\n1,7,1\n2,7,-1\n")
    assert told(read_conversation(tmp_path / "a.parquet")) == told(read_conversation(text))


# What counts ---------------------------------------------------------------------------------------------------------


def test_one_voter_and_one_statement_are_read(write: Write) -> None:
    assert told(read_conversation(write("a.csv", "person,statement,vote\nann,parks,1\n"))) == {("ann", "parks"): 1}


def test_the_last_vote_of_a_person_on_a_statement_counts(write: Write) -> None:
    rows = "ann,parks,1,30\nann,parks,-1,10\nann,parks,0,20\nbob,parks,-1,5\n"
    read = read_conversation(write("a.csv", f"person,statement,vote,time\n{rows}"))
    assert told(read) == {("ann", "parks"): 1, ("bob", "parks"): -1}
    assert found(read) == {"voted_again": 2}


@pytest.mark.parametrize(
    "rows",
    [
        "ann,parks,1,20\nann,parks,-1,20\nann,parks,1,10",  # the two last ones at the same time
        "ann,parks,1,\nann,parks,-1,\nann,parks,1,",  # no time
        "ann,parks,1,20\nann,parks,-1,\nann,parks,1,10",  # one without a time, which may be the last
    ],
)
def test_who_voted_differently_counts_out_where_no_time_tells_the_last(write: Write, rows: str) -> None:
    read = read_conversation(write("a.csv", f"person,statement,vote,time\n{rows}\nbob,parks,1,1\n"))
    assert told(read) == {("bob", "parks"): 1}
    assert found(read) == {"clashing": 3}


@pytest.mark.parametrize("times", [("20", "20"), ("", ""), ("20", "")])
def test_the_same_vote_twice_is_one_vote_at_any_time(write: Write, times: tuple[str, str]) -> None:
    rows = "".join(f"ann,parks,1,{time}\n" for time in times)
    read = read_conversation(write("a.csv", f"person,statement,vote,time\n{rows}bob,parks,1,1\n"))
    assert told(read) == {("ann", "parks"): 1, ("bob", "parks"): 1}
    assert found(read) == {"voted_again": 1}


def test_without_times_two_votes_that_differ_count_out(write: Write) -> None:
    read = read_conversation(write("a.csv", OWN + "ann,parks,-1\n"))
    assert told(read) == {key: vote for key, vote in TOLD.items() if key != ("ann", "parks")}
    assert found(read) == {"clashing": 2}


@pytest.mark.parametrize(
    ("earlier", "later"),
    [
        ("2026-11-25", "2026-11-25T00:00:01"),
        ("2026-11-25T14:30:00+01:00", "2026-11-25T13:31:00Z"),  # by the clock on the wall it is the other way round
        ("2026-11-25 09:00", "2026-11-25T08:30:00-02:00"),
        ("1403054214196", "1403057082753"),
        ("999999999.5", "1000000000"),
    ],
)
def test_times_are_compared_as_times(write: Write, earlier: str, later: str) -> None:
    rows = f"ann,parks,1,{later}\nann,parks,-1,{earlier}\n"
    assert told(read_conversation(write("a.csv", f"person,statement,vote,time\n{rows}"))) == {("ann", "parks"): 1}


@pytest.mark.parametrize("nonsense", ["yesterday", "1403054214196", "2026-13-45", "20261125"])
def test_what_is_no_time_is_named_with_its_row(write: Write, nonsense: str) -> None:
    rows = f"ann,parks,1,2026-11-25T14:30:00\nbob,parks,1,{nonsense}\n"
    assert message(write("a.csv", f"person,statement,vote,time\n{rows}")) == (
        f"Row 3, column 'time' of a.csv: '{nonsense}' is no time. Write 2026-11-25T14:30:00 in every row, or seconds "
        "as a number in every row."
    )


def test_an_empty_vote_is_no_vote(write: Write) -> None:
    read = read_conversation(write("a.csv", OWN + "bob,trams,\n"))
    assert told(read) == TOLD
    assert found(read) == {"unanswered": 1}


def test_where_no_vote_counts_none_is_told_and_it_is_said_why(write: Write) -> None:
    read = read_conversation(write("a.csv", "person,statement,vote\nann,parks,1\nann,parks,-1\nbob,parks,\n"))
    assert (read.votes.persons, read.votes.statements, len(read.votes)) == ((), (), 0)
    assert found(read) == {"unanswered": 1, "clashing": 2}
    assert told(read_conversation(write("b.csv", "person,statement,vote\nann,parks,\nbob,parks,\n"))) == {}


@pytest.mark.parametrize("cell", ["2", "-2", "0.5", "9", "agree"])
def test_what_is_no_vote_is_named_with_its_row(write: Write, cell: str) -> None:
    assert message(write("a.csv", OWN + f"bob,trams,{cell}\n")).startswith(
        f"Row 5, column 'vote' of a.csv: '{cell}' is no number. Write 1 for agree, 0 for pass, -1 for disagree"
        if cell == "agree"
        else f"Row 5, column 'vote' of a.csv: {cell} is no vote (1 such cells). Write 1 for agree"
    )


@pytest.mark.parametrize(("row", "column"), [(",trams,1", "person"), ("bob,  ,1", "statement")])
def test_a_vote_of_nobody_or_on_nothing_is_named_with_its_row(write: Write, row: str, column: str) -> None:
    assert message(write("a.csv", OWN + f"{row}\n")) == (
        f"Row 5, column '{column}' of a.csv: this cell is empty. Say whose vote it is, and on what."
    )


def test_other_columns_are_named_with_what_is_needed(write: Write) -> None:
    assert message(write("a.csv", "wie,wat\nann,parks\n")) == (
        "a.csv: these are no votes. Found: wie, wat. Give the columns person, statement and vote, or an export with "
        "comment-id, voter-id and vote."
    )


DEALT = "person,statement,vote,dealt\nann,parks,1,yes\nann,trams,1,No\nbob,parks,-1,1\nbob,trams,0,nee\n"


def test_only_dealt_votes_count_unless_asked_otherwise(write: Write) -> None:
    path = write("a.csv", DEALT)
    read = read_conversation(path)
    assert told(read) == {("ann", "parks"): 1, ("bob", "parks"): -1}
    assert [(note.code, note.count) for note in read.notes] == [("not_dealt", 2)]
    every = read_conversation(path, all_votes=True)
    assert told(every) == {("ann", "parks"): 1, ("ann", "trams"): 1, ("bob", "parks"): -1, ("bob", "trams"): 0}
    assert every.notes == ()


def test_a_vote_that_was_not_dealt_does_not_replace_one_that_was(write: Write) -> None:
    rows = "ann,parks,1,10,yes\nann,parks,-1,20,no\n"
    assert told(read_conversation(write("a.csv", f"person,statement,vote,time,dealt\n{rows}"))) == {("ann", "parks"): 1}


@pytest.mark.parametrize("cell", ["maybe", ""])
def test_what_does_not_say_whether_it_was_dealt_is_named_with_its_row(write: Write, cell: str) -> None:
    assert message(write("a.csv", DEALT + f"cas,parks,1,{cell}\n")) == (
        f"Row 6, column 'dealt' of a.csv: '{cell}' does not say whether the statement was dealt. Write yes or no."
    )


def test_notes_are_sentences_in_two_languages_that_tell_no_few(write: Write) -> None:
    few = read_conversation(write("a.csv", DEALT)).notes[0]
    assert few.nl.startswith("Niet meegeteld: minder dan 10 stemmen op stellingen die niet")
    assert few.en.startswith("Not counted: fewer than 10 votes on statements that were not dealt")
    rows = "".join(f"p{n},parks,{n % 3 - 1},no\np{n},trams,1,yes\n" for n in range(1200))
    many = read_conversation(write("b.csv", f"person,statement,vote,dealt\n{rows}")).notes[0]
    assert many.nl.startswith("Niet meegeteld: 1.200 stemmen op stellingen die niet")
    assert many.en.startswith("Not counted: 1,200 votes on statements that were not dealt")


CAST = st.tuples(
    st.sampled_from("abc"), st.sampled_from("xyz"), st.sampled_from([-1, 0, 1, ""]), st.sampled_from(["", 1, 2, 3]),
    st.sampled_from(["yes", "no"]),
)  # fmt: skip


def naive(rows: list[tuple[str, str, int | str, int | str, str]]) -> dict[tuple[str, str], int]:
    """The last vote, pair by pair: every row that no time puts before another is last."""
    counted = [row for row in rows if row[2] != "" and row[4] == "yes"]
    last = {}
    for pair in {row[:2] for row in counted}:
        of_pair = [(vote, time) for *one, vote, time, _ in counted if tuple(one) == pair]
        latest = max((time for _, time in of_pair if time != ""), default="")
        sides = {vote for vote, time in of_pair if time in ("", latest)}
        if len(sides) == 1:
            last[pair] = int(sides.pop())
    return last


@given(st.lists(CAST, min_size=1, max_size=20), st.randoms())
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_same_votes_count_in_any_order_of_rows(tmp_path: Path, rows: list, random) -> None:  # type: ignore[no-untyped-def,type-arg]
    def read(name: str) -> Conversation:
        with (tmp_path / name).open("w", newline="") as file:
            csv.writer(file).writerows([("person", "statement", "vote", "time", "dealt"), *rows])
        return read_conversation(tmp_path / name)

    one = read("one.csv")
    random.shuffle(rows)
    other = read("other.csv")
    assert told(one) == told(other) == naive(rows)
    assert (one.votes.persons, one.votes.statements) == (other.votes.persons, other.votes.statements)
    for name in ("person", "statement", "vote"):
        assert getattr(one.votes, name).tobytes() == getattr(other.votes, name).tobytes()
    assert one.notes == other.notes


# Statements ----------------------------------------------------------------------------------------------------------

STATEMENTS = 'statement,text,language,moderated\nparks,"More\n parks",en,1\ntrams,Meer trams,nl,-1\nbikes,Bikes,en,0\n'


def test_votes_on_unknown_and_on_removed_statements_are_counted_out(write: Write) -> None:
    read = read_conversation(write("a.csv", OWN + "bob,other,1\nann,other,1\n"), write("s.csv", STATEMENTS))
    assert told(read) == {("ann", "parks"): 1, ("bob", "parks"): -1}
    assert found(read) == {"unknown_statement": 2, "removed_statement": 1}
    assert read.open == ("bikes", "parks")
    assert (read.text["parks"], read.language["trams"]) == ("More parks", "nl")


@pytest.mark.parametrize(
    ("content", "error"),
    [
        ("a,b\n1,2\n", "s.csv: these are no statements. Found: a, b. Give the columns statement, text,"),
        ("statement\nparks\nparks\n", "Row 3, column 'statement' of s.csv: the statement 'parks' stands here twice."),
        ("statement,text\nparks,a\n,b\n", "Row 3, column 'statement' of s.csv: this statement has no name."),
        ("statement,moderated\nparks,5\n", "Row 2, column 'moderated' of s.csv: 5 does not say what the moderator did"),
    ],
)
def test_faults_in_the_file_of_statements_have_a_place(write: Write, content: str, error: str) -> None:
    assert message(write("a.csv", OWN), write("s.csv", content)).startswith(error)


# Exports -------------------------------------------------------------------------------------------------------------

EXPORTED = """timestamp,datetime,comment-id,voter-id,vote
1403054214196,Wed Jun 18 08:16:54 WIB 2014,0,0,1
1403054214197,Wed Jun 18 08:16:54 WIB 2014,0,0,-1
1403054214198,Wed Jun 18 08:16:54 WIB 2014,1,0,1
1403054214199,Wed Jun 18 08:16:54 WIB 2014,0,1,-1
"""
COMMENTS = """timestamp,datetime,comment-id,author-id,agrees,disagrees,moderated,comment-body
1,x,0,5,1,2,1,More parks
1,x,1,5,1,0,1,More trams
1,x,2,5,0,0,-1,Spam
"""
WIDE = """participant,group-id,n-comments,n-votes,n-agree,n-disagree,0,1
0,0,1,2,1,1,-1,1
1,0,1,1,0,1,-1,
2,0,1,0,0,0,,
"""
EXPORT = {("0", "0"): -1, ("0", "1"): 1, ("1", "0"): -1}


def test_a_directory_is_read_as_an_export_and_its_counts_as_counted_twice(write: Write, tmp_path: Path) -> None:
    write("votes.csv", EXPORTED)
    write("comments.csv", COMMENTS)
    read = read_conversation(tmp_path)
    assert told(read) == EXPORT
    assert found(read) == {"voted_again": 1, "counted_twice": 1}
    assert read.open == ("0", "1")
    assert read.text == {"0": "More parks", "1": "More trams", "2": "Spam"}


def test_the_table_of_participants_is_read_where_there_is_no_list_of_votes(write: Write, tmp_path: Path) -> None:
    write("participants-votes.csv", WIDE)
    assert told(read_conversation(tmp_path)) == EXPORT
    assert read_conversation(tmp_path).text == {}


def turned(table: str) -> str:
    """With -1 for agree in the columns of statements."""
    flip = {"1": "-1", "-1": "1"}
    header, *rows = [line.split(",") for line in table.splitlines()]
    return "\n".join(
        ",".join(row) for row in [header, *([*row[:6], *(flip.get(c, c) for c in row[6:])] for row in rows)]
    )


def test_signs_that_the_counts_contradict_are_turned(write: Write) -> None:
    read = read_conversation(write("participants-votes.csv", turned(WIDE)))
    assert told(read) == EXPORT
    assert found(read) == {"signs_turned": 3}


def test_signs_of_a_list_of_votes_are_turned_by_the_counts_of_statements(write: Write, tmp_path: Path) -> None:
    """Here as many agree as disagree in all, and counts hold votes that are not in the list: only statements tell."""
    rows = "".join(f"{n},0,{n},-1\n{n},1,{n},1\n" for n in range(1, 9))
    write("votes.csv", f"timestamp,comment-id,voter-id,vote\n{rows}")
    write("comments.csv", "comment-id,agrees,disagrees,moderated,comment-body\n0,12,0,1,a\n1,0,12,1,b\n")
    read = read_conversation(tmp_path)
    assert {vote for (_, statement), vote in told(read).items() if statement == "0"} == {1}
    assert found(read) == {"signs_turned": 16, "counted_twice": 8}


@pytest.mark.parametrize(
    ("content", "error"),
    [
        (WIDE + "1,0,1,1,0,1,-1,\n", "Row 5, column 'participant' of w.csv: '1' has a row twice. Keep one of the two."),
        (WIDE + ",0,1,1,0,1,-1,\n", "Row 5, column 'participant' of w.csv: this cell is empty."),
        (WIDE.replace("n-disagree", "x"), "w.csv: the column 'n-disagree' is missing, behind which the statements"),
        (WIDE.replace("1,1,-1,1", "1,1,-1,3"), "Row 2, column '1' of w.csv: 3 is no vote (1 such cells)."),
    ],
)  # fmt: skip
def test_faults_in_the_table_of_participants_have_a_place(write: Write, content: str, error: str) -> None:
    assert message(write("w.csv", content)).startswith(error)


def test_a_directory_without_votes_says_what_is_looked_for(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"there is no votes.csv and no participants-votes.csv here"):
        read_conversation(tmp_path)


def test_a_last_line_that_is_cut_off_is_named_with_its_row(write: Write) -> None:
    assert message(write("a.csv", OWN + "bob,tra")) == (
        "Row 5 of a.csv: the file is cut off: there are 2 fields, and the header has 3. Copy or download it again, or "
        "remove the note under the table."
    )


@pytest.mark.parametrize("name", BOTH)
def test_the_last_votes_of_real_conversations_are_those_of_their_participants(shared: Shared, name: str) -> None:
    directory = shared(f"opendata_votes/{name}")
    read = read_conversation(directory / "votes.csv", directory / "comments.csv")
    beside = read_conversation(directory / "participants-votes.csv", directory / "comments.csv")
    assert told(read) == told(beside)
    assert set(read.votes.statements) <= set(read.open)
    assert "clashing" not in found(read)


def test_the_conversation_without_a_list_of_votes_is_read(shared: Shared) -> None:
    directory = shared("opendata_votes/american-assembly.bowling-green")
    every = read_conversation(directory / "participants-votes.csv")
    assert (len(every.votes.persons), len(every.votes.statements), len(every.votes)) == (2031, 896, 225_524)
    read = read_conversation(directory)
    assert found(read)["removed_statement"] == 225_524 - len(read.votes)


def test_two_million_votes_of_which_the_last_is_cut_off_take_little_memory_to_name_it(write: Write) -> None:
    path = write("a.csv", "person,statement,vote\n" + "p123456,s123,-1\n" * 2_000_000 + "p12")
    program = (
        "import resource, sys\nfrom pathlib import Path\nfrom wijkspiegel.errors import InputError\n"
        "from wijkspiegel.sources.votes import read_conversation\n"
        "before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "try:\n    read_conversation(Path(sys.argv[1]))\nexcept InputError as error:\n    print(error.row)\n"
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)\n"
    )
    row, kilobytes = subprocess.run(
        [sys.executable, "-c", program, path], check=True, capture_output=True, text=True
    ).stdout.split()
    assert int(row) == 2_000_002
    assert int(kilobytes) < 400_000
