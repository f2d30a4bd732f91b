"""The command line: each command reads its options, calls one journey and says what to do next.

Journeys are imported where they begin: `--help` and a mistyped option need not wait seconds for libraries.
"""

import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.markup import escape

from wijkspiegel import __version__
from wijkspiegel.errors import SettingsError, WijkspiegelError

if TYPE_CHECKING:
    from wijkspiegel.disclosure import Release
    from wijkspiegel.mirror import Progress
    from wijkspiegel.sources.network import Engine
    from wijkspiegel.tables import City

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="See how the people of a city live together, and how sure we are of it.",
    epilog="Start with: wijkspiegel demo",
)
EXTRA_OF = {
    "django": "site",
    "shapely": "geo", "geopandas": "geo", "pyogrio": "geo", "pyreadstat": "survey", "pyspark": "spark", "py4j": "spark",
    "ortools": "plan",
}  # fmt: skip
"""Library -> the extra that installs it."""
COUNTRY_OF_DEMO = 1_000_000
"""People in the country of the demo: twenty gemeenten to compare."""

screen = Console(stderr=True, highlight=False, soft_wrap=True)


class Language(StrEnum):
    nl = "nl"
    en = "en"


class Api(StrEnum):
    v3 = "v3"
    v4 = "v4"


class Counting(StrEnum):
    local = "local"
    spark = "spark"


LanguageOption = Annotated[Language, typer.Option(help="Language of the report and of the sentences in the tables.")]
OutOption = Annotated[Path, typer.Option(help="Directory for the release (datapackage.json, CSV) and report.html.")]
SeedOption = Annotated[int, typer.Option(help="The same seed gives the same city.")]
CityFile = Annotated[Path, typer.Argument(help="The city.toml that describes the city's own data.")]


@app.command()
def mirror(
    city: Annotated[Path | None, typer.Argument(help="city.toml of a city's own data; see `wijkspiegel new`.")] = None,
    cbs: Annotated[
        list[Path] | None, typer.Option(help="Published CBS key figures of neighbourhoods. Again for another year.")
    ] = None,
    municipality: Annotated[str | None, typer.Option(help="Code or name: GM0599, Rotterdam. Else all of them.")] = None,
    level: Annotated[
        str | None, typer.Option(help="Finest level: gemeente, wijk or buurt. Else what is there.")
    ] = None,
    areas: Annotated[list[Path] | None, typer.Option(help="Boundaries, for maps and spatial figures.")] = None,
    indicators: Annotated[list[Path] | None, typer.Option(help="CSV of indicators, for the two sides.")] = None,
    out: OutOption = Path("mirror"),
    language: LanguageOption = Language.nl,
) -> None:
    """Show how the people of a city live together: a protected release and a report."""
    if (city is None) == (not cbs):
        raise SettingsError("Give either a city.toml or published figures (--cbs FILE): one of the two.")
    if city is not None and (municipality or level or areas or indicators):
        raise SettingsError("A city.toml names its own levels, boundaries and indicators: give no such options.")
    from wijkspiegel.mirror import look_into
    from wijkspiegel.mirror.inputs import city_from_cbs

    with progress_on_screen() as progress:
        progress("reading")
        if city is None:
            found = city_from_cbs(cbs or [], municipality, level, areas or [], indicators or [])
            release = look_into(found, language=language, progress=progress)
        else:
            release = _look_into_own(city, language, progress)
        write(release, out, language, progress)
    say_what_was_done(release, out, language)


@app.command()
def new(directory: Annotated[Path, typer.Argument(help="Where to put city.toml and its examples.")]) -> None:
    """Begin a city of your own: a commented city.toml with example files that work at once."""
    from wijkspiegel.sources.city_file import new_city

    written = new_city(directory)
    for path in written:
        screen.print(f"Written: {path}")
    if directory / "city.toml" not in written:
        screen.print(f"{directory / 'city.toml'} was there already and stays as it is.")
    screen.print(f"Replace the examples by your own files, then: wijkspiegel check {directory / 'city.toml'}")


@app.command()
def questionnaire(directory: Annotated[Path, typer.Argument(help="Where to put the form and its city.toml.")]) -> None:
    """A questionnaire on people's contacts (XLSForm, Dutch and English), and the city.toml that reads its answers."""
    from wijkspiegel.sources.city_file import new_questionnaire

    for path in new_questionnaire(directory):
        screen.print(f"Written: {path}")
    screen.print(
        "Load questionnaire.xlsx in a tool for XLSForms. When the answers are in, put them beside city.toml, then: "
        f"wijkspiegel check {directory / 'city.toml'}"
    )


@app.command()
def check(city: CityFile) -> None:
    """Say what was found in a city.toml and its files, what does not fit and how to mend it. Changes nothing."""
    from wijkspiegel.sources.city_file import check_city

    findings = check_city(city)
    for finding in findings:
        mark = "[red]![/]" if finding.is_problem else "[green]✓[/]"
        screen.print(f"{mark} {escape(finding.text)}")
    if problems := sum(finding.is_problem for finding in findings):
        raise SettingsError(f"{problems} to mend.")
    screen.print(f"Everything fits. Next: wijkspiegel mirror {city}")


@app.command()
def invent(
    people: Annotated[int, typer.Option(help="How many people live there.")] = 200_000,
    seed: SeedOption = 1,
    out: Annotated[Path, typer.Option(help="Directory for the city.")] = Path("invented"),
) -> None:
    """Invent a city whose every true figure is known, to try things on and to judge estimates by."""
    from wijkspiegel.sources.invented import invent as invent_city

    with progress_on_screen() as progress:
        invent_city(people, seed, out, progress)
    screen.print(f"The city is in {out}; what is true of it in {out / 'truth'}.")
    screen.print(f"Next: wijkspiegel mirror {out / 'city.toml'}")


@app.command()
def demo(
    out: Annotated[Path, typer.Option(help="Directory for everything.")] = Path("demo"),
    people: Annotated[int, typer.Option(help="How many people live in the invented city.")] = 200_000,
    seed: SeedOption = 1,
    language: LanguageOption = Language.nl,
    with_site: Annotated[bool, typer.Option("--site", help="End with the site on 127.0.0.1:8000, filled.")] = False,
) -> None:
    """Invent a city, compute its mirror, and say where to look."""
    from wijkspiegel.sources.invented import invent as invent_city

    with progress_on_screen() as progress:
        invent_city(people, seed, out / "city", progress)
        release = _look_into_own(out / "city" / "city.toml", language, progress)
        write(release, out, language, progress)
        accounts = _fill_site(out, seed, language, progress) if with_site else []
    say_what_was_done(release, out, language)
    if accounts:
        screen.print("\nThe site: http://127.0.0.1:8000 (stop it with: make stop). Sign in as")
        for email, password, role in accounts:
            screen.print(f"  {role:<14} {email}  {password}", markup=False)


def _fill_site(out: Path, seed: int, language: Language, progress: "Progress") -> list[tuple[str, str, str]]:
    """The demo's own site, in the background."""
    os.environ["WIJKSPIEGEL_DATA"] = str(out / "site")
    from wijkspiegel.disclosure import write_release
    from wijkspiegel.mirror import look_into
    from wijkspiegel.site import commands
    from wijkspiegel.sources.invented.country import invented_country

    progress("inventing a country around the city")
    country = look_into(invented_country(COUNTRY_OF_DEMO, seed), language=language)
    write_release(country, out / "country")
    accounts = commands.fill_demo([out / "country", out], progress)
    progress("starting the site")
    commands.stop()
    commands.serve("127.0.0.1", 8000, 2, background=True)
    return accounts


@app.command()
def connectors(
    city: Annotated[Path | None, typer.Argument(help="city.toml that tells of a survey or of ties.")] = None,
    people: Annotated[Path | None, typer.Option(help="File of people: person, area, group.")] = None,
    ties: Annotated[Path | None, typer.Option(help="File of ties: person, contact and, if there are, sphere.")] = None,
    memberships: Annotated[Path | None, typer.Option(help="File of memberships: person, sphere, membership.")] = None,
    network: Annotated[
        Path | None, typer.Option(help="Directory with files of the person network of Statistics Netherlands.")
    ] = None,
    codes: Annotated[str | None, typer.Option(help="Codes of relations in the network: 301-304,401.")] = None,
    inside: Annotated[
        Path | None, typer.Option(help="Directory in the room for a row for each person, and for counted files.")
    ] = None,
    engine: Annotated[Counting, typer.Option(help="What counts the network: this machine, or Spark.")] = Counting.local,
    master: Annotated[
        str | None, typer.Option(help="URL of the Spark cluster: spark://HOST:7077, yarn, local[2].")
    ] = None,
    area: Annotated[str, typer.Option(help="Column of people with the area.")] = "area",
    group: Annotated[str, typer.Option(help="Column of people with the group.")] = "group",
    person: Annotated[str, typer.Option(help="Column of all files with the person.")] = "person",
    year: Annotated[
        int | None, typer.Option(min=1900, max=2099, help="Year of the people. This year by default.")
    ] = None,
    year_column: Annotated[
        str | None, typer.Option(help="Column of people with the year, where the file has several.")
    ] = None,
    mutual: Annotated[bool, typer.Option(help="Count a tie only where both name each other.")] = False,
    reference: Annotated[
        str | None, typer.Option(help='Who is around people: a level, "500 m" or "1000 people".')
    ] = None,
    each_area: Annotated[
        bool, typer.Option("--areas/--no-areas", help="Figures of each area too: of a country that takes hours.")
    ] = True,
    out: OutOption = Path("connectors"),
    language: LanguageOption = Language.nl,
) -> None:
    """Who connects, by which road, and how sure we are: from a survey, from ties or from memberships."""
    if (city is None) == (people is None):
        raise SettingsError("Give either a city.toml or a file of people (--people FILE): one of the two.")
    if people is not None and not (ties or memberships or network):
        raise SettingsError("Give the contacts of these people: --ties FILE, --memberships FILE or --network DIR.")
    if network and (ties or memberships or mutual):
        raise SettingsError("The network is counted by itself: give no --ties, --memberships or --mutual with it.")
    if year_column and (year is None or people is None):
        raise SettingsError("--year-column says which rows of --people are of --year: give all three.")
    if codes and not network:
        raise SettingsError("--codes goes with --network.")
    if (engine is Counting.spark and not network) or (master and engine is not Counting.spark):
        raise SettingsError("--engine spark goes with --network, and --master with --engine spark.")
    from wijkspiegel.mirror import look_into
    from wijkspiegel.mirror.circles.surroundings import held_against
    from wijkspiegel.mirror.inside import keep_apart
    from wijkspiegel.sources.people_with_ties import Network, city_of_people

    if inside is not None:
        keep_apart(inside, out)
    with progress_on_screen() as progress, _counting_on(engine, master, progress) as counting:
        progress("reading")
        if people is not None:
            found = city_of_people(
                people,
                ties=ties,
                memberships=memberships,
                network=Network(network, codes, inside, counting) if network else None,
                person=person,
                area=area,
                group=group,
                year=year,
                year_column=year_column,
                mutual=mutual,
                say=progress,
            )
            keep_in_the_room(found, inside)
            release = look_into(held_against(found, reference, each_area), language=language, progress=progress)
        else:
            release = _look_into_own(
                city or Path(),
                language,
                progress,
                needs_contacts=True,
                inside=inside,
                reference=reference,
                each_area=each_area,
            )
        write(release, out, language, progress)
    say_what_was_done(release, out, language)


@app.command("survey-plan")
def survey_plan(
    respondents: Annotated[int, typer.Option(help="How many people answer.")] = 600,
    friends: Annotated[int, typer.Option(help="How many friends each is asked for.")] = 10,
    share: Annotated[float, typer.Option(help="Share of mirrors that you expect.")] = 0.12,
    against: Annotated[float, typer.Option(help="Share that it should be told from.")] = 0.20,
    outgroup: Annotated[float, typer.Option(help="Share of other groups around people.")] = 0.55,
    tolerance: Annotated[float, typer.Option(help="How much less than around still is a mirror.")] = 0.10,
    design_effect: Annotated[float, typer.Option(help="Respondents that tell as much as one drawn by lot.")] = 1.0,
    out: Annotated[Path, typer.Option(help="File for the chart (SVG).")] = Path("survey-plan.svg"),
    language: Annotated[Language, typer.Option(help="Language of the screen and of the chart.")] = Language.nl,
) -> None:
    """What a survey on friends would tell, before you hold it: its interval, its bounds, its power, what to change."""
    from wijkspiegel.connectors.plan import Question, alternatives, friends_needed, outlook
    from wijkspiegel.report.plan import called, told_of_plan, write_plan

    asked = Question(respondents, friends, share, against, outgroup, tolerance, design_effect)
    with progress_on_screen() as progress:
        found = []
        for question in alternatives(asked):
            progress(called(question, language))
            found.append(outlook(question))
        needed = friends_needed(asked) if found[0].in_vain else None
    for line in told_of_plan(found, needed, language):
        screen.print(line)
    screen.print(f"SVG: {write_plan(out, found, language)}")


@app.command()
def ground(
    votes: Annotated[
        Path, typer.Argument(help="File of votes (person, statement, vote), or an export or its directory.")
    ],
    statements: Annotated[
        Path | None, typer.Option(help="File of statements: statement, text, language, moderated.")
    ] = None,
    people: Annotated[
        Path | None, typer.Option(help="File of who votes: person, groups such as neighbourhood, and weight.")
    ] = None,
    groups: Annotated[
        str | None, typer.Option(help="Columns of --people that are groups: neighbourhood,age. Else all of them.")
    ] = None,
    margins: Annotated[
        Path | None, typer.Option(help="Whom the city has: margin, category, population. Weighs the participants.")
    ] = None,
    agree: Annotated[float, typer.Option(help="What binds: so large a part of every group agrees.")] = 0.6,
    sure: Annotated[float, typer.Option(help="From this chance on a statement is said to bind or to chafe.")] = 0.9,
    apart: Annotated[float, typer.Option(help="What chafes: two groups differ by so much.")] = 0.3,
    all_votes: Annotated[
        bool, typer.Option("--all-votes", help="Count votes on statements that were not dealt, too.")
    ] = False,
    usual_map: Annotated[
        bool, typer.Option("--usual-map", help="Find opinion groups on the well-known map (PCA), to compare.")
    ] = False,
    title: Annotated[str, typer.Option(help="Title of the report. Else the name of the file.")] = "",
    seed: Annotated[int, typer.Option(help="The same seed draws the same lots.")] = 1,
    out: OutOption = Path("ground"),
    language: LanguageOption = Language.nl,
) -> None:
    """Find what binds everyone in a conversation and what chafes, from votes on statements."""
    from wijkspiegel.common_ground.ground import Thresholds
    from wijkspiegel.ground import Asked, look_for_ground
    from wijkspiegel.report.page import answer_of

    asked = Asked(
        votes, statements, people, tuple(one.strip() for one in (groups or "").split(",") if one.strip()), margins,
        title, Thresholds(agree, sure, apart), all_votes, usual_map, seed,
    )  # fmt: skip
    with progress_on_screen() as progress:
        release = look_for_ground(asked, progress)
        write(release, out, language, progress)
    screen.print(escape(answer_of(release, language)))
    say_what_was_done(release, out, language)


@app.command()
def plan(
    people: Annotated[Path, typer.Argument(help="File of who is to be seated: a row for each (CSV, Excel, Parquet).")],
    tables: Annotated[int | None, typer.Option(help="How many tables. Else those of --rules.")] = None,
    rounds: Annotated[int, typer.Option(help="How many times people change tables, the first included.")] = 1,
    seats: Annotated[
        int | None, typer.Option(min=1, help="Seats at each table. Else as many as even tables need.")
    ] = None,
    mirror: Annotated[
        str | None, typer.Option(help="Columns that every table should mirror: area,age,age*language.")
    ] = None,
    against: Annotated[
        Path | None, typer.Option(help="CSV of what to mirror instead of the room: attribute, value, people.")
    ] = None,
    diverse: Annotated[
        str | None, typer.Option(help="Columns of numbers in which people at a table should differ.")
    ] = None,
    rules: Annotated[Path | None, typer.Option(help="rules.toml: together, apart, at a table, and so on.")] = None,
    before: Annotated[
        list[Path] | None, typer.Option(help="An earlier plan.csv: who met there should meet others.")
    ] = None,
    repeat_cost: Annotated[float, typer.Option(help="What meeting again costs, in the unit of the mirror.")] = 10.0,
    person: Annotated[str | None, typer.Option(help="Column of ids. Else person or id.")] = None,
    name: Annotated[str | None, typer.Option(help="Column of names, for the pages to print.")] = None,
    with_front: Annotated[
        bool, typer.Option("--front", help="Also front.csv: what fewer repeats cost in mirror.")
    ] = False,
    seed: Annotated[int, typer.Option(help="The same seed gives the same plan.")] = 1,
    seconds: Annotated[float, typer.Option(help="How long to search, on an ordinary machine.")] = 10.0,
    certify: Annotated[
        float, typer.Option(help="Seconds to prove how good a small plan could be; needs the extra `plan`.")
    ] = 0.0,
    out: Annotated[Path, typer.Option(help="Directory for the plan. One that is there is never overwritten.")] = Path(
        "plan"
    ),
    language: Annotated[Language, typer.Option(help="Language of the page and of what is said of it.")] = Language.nl,
) -> None:
    """Seat people at tables, so that every table mirrors the room and nobody meets the same person twice."""
    from wijkspiegel.encounters.plan import require_seconds
    from wijkspiegel.seating.page import measures_of, said_of
    from wijkspiegel.seating.planning import Asked, make_plan
    from wijkspiegel.seating.words import refused_in, said_in

    asked = Asked(
        people, tables, seats, rounds, mirror, against, diverse, rules, tuple(before or ()), repeat_cost, person, name,
        with_front, seed, seconds,
    )  # fmt: skip
    with progress_on_screen() as progress, refused_in(language.value):
        if certify != 0:
            from wijkspiegel.encounters.certify import certified

            require_seconds(certify)
            made, written = make_plan(asked, out, language.value, progress, partial(certified, effort=certify))
        else:
            made, written = make_plan(asked, out, language.value, progress)
    for note in made.problem.notes:
        screen.print(f"[yellow]note[/] {escape(said_in(note, language.value))}")
    screen.print(f"Mirrored: {escape(', '.join(made.problem.attributes)) or 'nothing'}")
    for line in measures_of(made, language.value):
        screen.print(f"  {line}")
    screen.print(escape(said_of(made, language.value)))
    screen.print(f"Written: {_paths(written)}")
    screen.print(f"Next: print {_paths([out / 'plan.html'])}.")
    screen.print(f"On the evening: wijkspiegel replan {_paths([out])} --absent absent.csv")


@app.command()
def replan(
    directory: Annotated[Path, typer.Argument(help="Directory of the plan: --out of `wijkspiegel plan`.")],
    absent: Annotated[Path | None, typer.Option(help="File of who is not there: person.")] = None,
    arrived: Annotated[Path | None, typer.Option(help="File of who came as well: person and what is known.")] = None,
    from_round: Annotated[int, typer.Option(help="First round that may change. Those before it stand.")] = 1,
    seed: Annotated[int, typer.Option(help="The same seed gives the same plan.")] = 1,
    seats: Annotated[int | None, typer.Option(min=1, help="Seats at each table at least, from now on.")] = None,
    out: Annotated[Path | None, typer.Option(help="Directory for the new plan. Else DIRECTORY-from-ROUND.")] = None,
    language: Annotated[Language, typer.Option(help="Language of the page and of what is said of it.")] = Language.nl,
) -> None:
    """Change a plan on the evening: some did not come, others did. As few people as possible move."""
    if absent is None and arrived is None:
        raise SettingsError("Who is not there, or who came as well? Give --absent, --arrived or both.")
    from wijkspiegel.seating.page import moved_of, said_of
    from wijkspiegel.seating.planning import change_plan
    from wijkspiegel.seating.words import refused_in, said_in

    named = directory if directory.name.strip(".") else directory.resolve()
    place = out or named.with_name(f"{named.name}-from-{from_round}")
    with refused_in(language.value):
        found, written = change_plan(directory, absent, arrived, from_round, place, language.value, seed, seats)
    for note in found.plan.problem.notes:
        screen.print(f"[yellow]note[/] {escape(said_in(note, language.value))}")
    screen.print(moved_of(len(found.moves), found.fewest, language.value))
    screen.print(escape(said_of(found.plan, language.value)))
    screen.print(f"Written: {_paths(written)}")
    screen.print(
        f"Next: print {_paths([place / 'plan.html'])}. To change it once more: wijkspiegel replan {_paths([place])}"
    )


@app.command()
def draw(
    pool: Annotated[Path, typer.Argument(help="File of volunteers: a row for each (CSV, Excel, Parquet).")],
    size: Annotated[int, typer.Option(help="How many people the panel has.")],
    quota: Annotated[Path, typer.Option(help="CSV of quotas: attribute, value, minimum, maximum.")],
    person: Annotated[str | None, typer.Option(help="Column of ids. Else person or id.")] = None,
    one_of: Annotated[
        str | None, typer.Option(help="Column, such as household, of which a panel has each value once at most.")
    ] = None,
    panels: Annotated[int, typer.Option(help="How many numbered panels there are to draw from.")] = 1000,
    seed: Annotated[int, typer.Option(help="Draws the number. It does not change the panels.")] = 1,
    out: Annotated[Path, typer.Option(help="Directory for the draw. One that is there is never overwritten.")] = Path(
        "draw"
    ),
    language: Annotated[Language, typer.Option(help="Language of what is said of the draw.")] = Language.nl,
) -> None:
    """Draw a citizens' panel by fair lottery: within quotas, whoever has the least chance has as much as can be."""
    from wijkspiegel.seating.drawing import draw_panel, notes_of, said_of
    from wijkspiegel.seating.words import refused_in

    with progress_on_screen() as progress, refused_in(language.value):
        drawn = draw_panel(
            pool, quota, size, out, person=person, one_of=one_of, panels=panels, seed=seed,
            language=language.value, progress=progress,
        )  # fmt: skip
    for note in notes_of(drawn, language.value):
        screen.print(f"[yellow]note[/] {escape(note)}")
    screen.print(said_of(drawn, language.value))
    screen.print(f"Written: {_paths(drawn.written)}")
    screen.print(f"Next: read {_paths([out / 'categories.csv'])}. To draw in public: one number from 1 to {panels:,}.")


@app.command("fetch-cbs")
def fetch_cbs(
    year: Annotated[int, typer.Option(help="Year of the edition of Kerncijfers wijken en buurten.")],
    municipality: Annotated[str | None, typer.Option(help="Code or name: GM0599, Rotterdam. Else all of them.")] = None,
    out: Annotated[Path, typer.Option(help="Directory for the files; kept for the next time.")] = Path("cbs"),
    table: Annotated[str | None, typer.Option(help="Table on StatLine, for a year that the program lacks.")] = None,
    api: Annotated[Api, typer.Option(help="v3: all figures. v4: people by origin only.")] = Api.v3,
    boundaries: Annotated[bool, typer.Option(help="Fetch the boundaries from PDOK as well.")] = True,
    again: Annotated[bool, typer.Option(help="Fetch also what is there already.")] = False,
    cbs_server: Annotated[
        str | None, typer.Option(envvar="WIJKSPIEGEL_CBS", help="Address of another server than that of CBS.")
    ] = None,
    pdok_server: Annotated[
        str | None, typer.Option(envvar="WIJKSPIEGEL_PDOK", help="Address of another server than that of PDOK.")
    ] = None,
) -> None:
    """Get the key figures of neighbourhoods from CBS, and their boundaries from PDOK, for `wijkspiegel mirror`."""
    from wijkspiegel.sources.fetch import fetch_boundaries, fetch_kwb

    with progress_on_screen() as progress:
        figures, code = fetch_kwb(
            year,
            out,
            municipality=municipality,
            table=table,
            api=api.value,
            server=cbs_server,
            again=again,
            say=progress,
        )
        areas = []
        if boundaries:
            areas = fetch_boundaries(year, out, municipality=code, server=pdok_server, again=again, say=progress)
    for path in (figures, *areas):
        screen.print(f"Fetched: {path}")
    options = [
        f"--cbs {figures}",
        *(f"--areas {path}" for path in areas),
        *([f"--municipality {code}"] if code else []),
    ]
    if code:
        screen.print("For peers, and a city among others, fetch all municipalities: leave --municipality out.")
    screen.print(f"Next: wijkspiegel mirror {' '.join(options)}")


site = typer.Typer(no_args_is_help=True, help="The site: portfolio, library, themes and meetings.")
app.add_typer(site, name="site")


@site.command()
def serve(
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65535, help="Port to listen on.")] = 8000,
    workers: Annotated[int, typer.Option(help="Processes that answer.")] = 2,
    background: Annotated[bool, typer.Option("--background", help="Go on after this command, until `stop`.")] = False,
) -> None:
    """Set the site up, and serve it."""
    from wijkspiegel.site import commands

    screen.print(f"The site is on http://{host}:{port}")
    commands.serve(host, port, workers, background)


@site.command()
def stop() -> None:
    """End a server that runs in the background."""
    from wijkspiegel.site import commands

    screen.print("Stopped." if commands.stop() else "No server was running.")


@site.command()
def load(
    release: Annotated[Path, typer.Argument(help="Directory of a release (with datapackage.json), or its zip file.")],
) -> None:
    """Show the figures of a release on the site. It takes the place of an earlier one of the same city."""
    from wijkspiegel.site import commands

    commands.set_up()
    with progress_on_screen() as progress:
        commands.load(release, progress)
    screen.print("Loaded. Next: wijkspiegel site serve")


@site.command("send-mail")
def send_mail(
    watch: Annotated[bool, typer.Option("--watch", help="Go on, and look again every five seconds.")] = False,
) -> None:
    """Deliver the mail that is waiting in the outbox."""
    from wijkspiegel.site import commands

    commands.set_up()
    commands.send_mail(watch, screen.print)


@site.command("clean-up")
def clean_up(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would be removed.")] = False,
) -> None:
    """Remove what need not be kept any more."""
    from datetime import UTC, datetime

    from wijkspiegel.site import commands

    commands.set_up()
    commands.clean_up(datetime.now(UTC), dry_run, screen.print)


@site.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True})
def django(context: typer.Context) -> None:
    """A command of Django itself: `wijkspiegel site django dumpdata`."""
    from wijkspiegel.site import commands

    commands.run_django(context.args)


@site.command()
def createsuperuser() -> None:
    """Make an account that may do everything. Asks for an e-mail address and a password."""
    from wijkspiegel.site import commands

    commands.set_up()
    commands.run_django(["createsuperuser"])


@contextmanager
def _counting_on(engine: Counting, master: str | None, progress: "Progress") -> Iterator["Engine | None"]:
    if engine is Counting.local:
        yield None
        return
    from wijkspiegel.sources.spark import on_spark

    progress("starting Spark")
    with on_spark(master) as spark:
        yield spark


def _look_into_own(
    city: Path,
    language: Language,
    progress: "Progress",
    needs_contacts: bool = False,
    inside: Path | None = None,
    reference: str | None = None,
    each_area: bool = True,
) -> "Release":
    from wijkspiegel.disclosure import Policy
    from wijkspiegel.mirror import look_into
    from wijkspiegel.mirror.circles.surroundings import held_against
    from wijkspiegel.sources.city_file import read_city, read_protection

    protection = read_protection(city)
    found = read_city(city)
    if needs_contacts and not found.contacts:
        raise SettingsError(f"{city} tells of no contacts: add [survey] or [ties].")
    keep_in_the_room(found, inside)
    return look_into(
        held_against(found, reference, each_area),
        language=language,
        policy=Policy(**protection.settings),
        register=protection.register,
        progress=progress,
    )


def keep_in_the_room(city: "City", inside: Path | None) -> None:
    from wijkspiegel.mirror.inside import write_inside

    for path in write_inside(city, inside) if inside is not None else []:
        screen.print(f"Stays in the room: {path}")


def _paths(paths: Iterable[Path]) -> str:
    """As they are: a bracket in a name is no mark-up."""
    return escape(", ".join(map(str, paths)))


def write(release: "Release", out: Path, language: Language, progress: "Progress") -> None:
    from wijkspiegel.disclosure import write_release
    from wijkspiegel.report.page import page_of

    progress("writing the release and the report")
    write_release(release, out, {"report.html": page_of(release, language)})


def say_what_was_done(release: "Release", out: Path, language: Language) -> None:
    for note in (*release.about.notes, *release.about.withheld):
        screen.print(f"[yellow]note[/] {escape(getattr(note, language))}")
    screen.print(f"Release: {out / 'datapackage.json'} and its CSV files\nReport:  {out / 'report.html'}")
    screen.print("Next: open the report in a browser.")


@contextmanager
def progress_on_screen() -> Iterator["Progress"]:
    """One line that says what is being done now, where the screen is a terminal; a line for each step elsewhere."""
    with screen.status("") as status:

        def say(step: str) -> None:
            if screen.is_terminal:
                status.update(step)
            else:
                screen.print(f"… {step}")

        try:
            yield say
        except KeyboardInterrupt:
            screen.print("Stopped. Nothing half-written was left.")
            raise typer.Exit(130) from None


def show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"wijkspiegel {__version__}")
        raise typer.Exit


@app.callback()
def main(
    version: Annotated[
        bool, typer.Option("--version", callback=show_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    pass


def run() -> None:
    """Run the program. An error of the user is one message and an exit code, never a traceback."""
    try:
        app()
    except WijkspiegelError as error:
        screen.print(f"[red]Error[/] {escape(str(error))}")
        sys.exit(error.exit_code)
    except ModuleNotFoundError as error:
        library = (error.name or "").partition(".")[0]
        if library not in EXTRA_OF:
            raise
        extra = f"[{EXTRA_OF[library]}]"
        screen.print("[red]Error[/] " + escape(f"This needs the extra {extra}: pip install 'wijkspiegel{extra}'."))
        sys.exit(2)
    except OSError as error:
        screen.print(f"[red]Error[/] {escape(error.filename or '')}: {error.strerror}. Nothing half-written was left.")
        sys.exit(2)
