"""Make the questionnaire that comes with the program: python docs/questionnaire.py"""

from pathlib import Path
from typing import Any

from openpyxl import Workbook

TARGET = Path(__file__).parents[1] / "src" / "wijkspiegel" / "sources" / "questionnaire" / "questionnaire.xlsx"
LABELS = ("label::Nederlands (nl)", "label::English (en)")
HINTS = ("hint::Nederlands (nl)", "hint::English (en)")
HEAD = ["type", "name", *LABELS, *HINTS, "required", "constraint"]
FRIENDS = "Denk aan de mensen die u als vriend of vriendin ziet, tot twintig. Hoeveel van hen hebben deze herkomst: {}?"
FRIENDS_EN = "Think of the people whom you call friends, up to twenty. How many of them are of this origin: {}?"
QUESTIONS = [
    [
        "note",
        "welcome",
        "Deze vragen gaan over uw buurt en de mensen die u kent. Meedoen is vrij; u mag elke vraag overslaan. Namen vragen wij niet.",
        "These questions are about your neighbourhood and the people you know. Taking part is free; you may skip any question. We ask for no names.",
        "",
        "",
        "",
        "",
    ],
    [
        "text",
        "area",
        "In welke buurt woont u? (code op de uitnodiging)",
        "In which neighbourhood do you live? (code on the invitation)",
        "",
        "",
        "yes",
        "",
    ],
    [
        "select_one origin",
        "group",
        "Tot welke groep hoort u naar uw eigen geboorteland en dat van uw ouders?",
        "To which group do you belong by your own country of birth and that of your parents?",
        "Bent u of is een ouder buiten Nederland geboren, kies dan dat deel van de wereld.",
        "If you or a parent were born outside the Netherlands, choose that part of the world.",
        "",
        "",
    ],
    [
        "select_one stay",
        "length_of_stay",
        "Hoe lang woont u al in deze buurt?",
        "How long have you lived in this neighbourhood?",
        "",
        "",
        "",
        "",
    ],
    [
        "integer",
        "friends_nl",
        FRIENDS.format("Nederland"),
        FRIENDS_EN.format("the Netherlands"),
        "Weet u het niet zeker, geef dan uw beste schatting.",
        "If you are not sure, give your best guess.",
        "",
        ". >= 0 and . <= 20",
    ],
    [
        "integer",
        "friends_europe",
        FRIENDS.format("elders in Europa"),
        FRIENDS_EN.format("elsewhere in Europe"),
        "",
        "",
        "",
        ". >= 0 and . <= 20",
    ],
    [
        "integer",
        "friends_outside_europe",
        FRIENDS.format("buiten Europa"),
        FRIENDS_EN.format("outside Europe"),
        "",
        "",
        "",
        ". >= 0 and . <= 20",
    ],
    [
        "select_one school",
        "mixed_school",
        "Koos u voor een kind een school omdat daar kinderen van allerlei herkomst zitten?",
        "Did you choose a school for a child because children of many origins go there?",
        "",
        "",
        "",
        "",
    ],
    [
        "select_one work",
        "work_role",
        "Brengt uw werk u bijna elke dag in gesprek met mensen van een andere herkomst dan de uwe?",
        "Does your work bring you into conversation nearly every day with people of another origin than yours?",
        "",
        "",
        "",
        "",
    ],
    ["select_one five", "belonging", "Ik voel mij hier thuis.", "I feel at home here.", "", "", "", ""],
    [
        "integer",
        "trust",
        "Hoeveel vertrouwen hebt u in de meeste mensen, van 0 (geen) tot 10 (volledig)?",
        "How much do you trust most people, from 0 (not at all) to 10 (fully)?",
        "",
        "",
        "",
        ". >= 0 and . <= 10",
    ],
    ["select_one five", "lonely", "Ik voel mij vaak alleen.", "I often feel alone.", "", "", "", ""],
]
CHOICES = [
    ["list_name", "name", *LABELS],
    ["origin", "nl", "Nederland", "the Netherlands"],
    ["origin", "europe", "elders in Europa", "elsewhere in Europe"],
    ["origin", "outside_europe", "buiten Europa", "outside Europe"],
    ["stay", "under_2", "korter dan 2 jaar", "less than 2 years"],
    ["stay", "from_2_to_10", "2 tot 10 jaar", "2 to 10 years"],
    ["stay", "over_10", "10 jaar of langer", "10 years or longer"],
    ["school", "yes", "ja", "yes"],
    ["school", "no", "nee", "no"],
    ["school", "no_child", "ik heb geen kind op school", "I have no child at school"],
    ["work", "yes", "ja", "yes"],
    ["work", "no", "nee", "no"],
    ["work", "no_work", "ik heb geen werk", "I have no work"],
    ["five", "1", "helemaal niet mee eens", "strongly disagree"],
    ["five", "2", "niet mee eens", "disagree"],
    ["five", "3", "niet eens, niet oneens", "neither"],
    ["five", "4", "mee eens", "agree"],
    ["five", "5", "helemaal mee eens", "strongly agree"],
]
SETTINGS = [
    ["form_title", "form_id", "default_language"],
    ["Mensen om u heen / People around you", "people_around_you", "Nederlands (nl)"],
]
SHEETS: dict[str, list[list[Any]]] = {"survey": [HEAD, *QUESTIONS], "choices": CHOICES, "settings": SETTINGS}


def main() -> None:
    book = Workbook()
    book.remove(book.worksheets[0])
    for name, rows in SHEETS.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    book.save(TARGET)


if __name__ == "__main__":
    main()
