"""Runs GroupEng with a rule Distribute for each attribute: python groupeng.py CHECKOUT PEOPLE.csv GROUPS SEED.

Last on the screen: {"seconds": ..., "groups": [[id, ...], ...]}. People must divide evenly over the groups.
"""

import csv
import json
import random
import sys
import time
from pathlib import Path
from types import SimpleNamespace

checkout, file, groups, seed = sys.argv[1:]
sys.path.insert(0, checkout)

from GroupEng.group import make_initial_groups  # noqa: E402
from GroupEng.rule import apply_rules_list, make_rule  # noqa: E402
from GroupEng.student import Student  # noqa: E402

with Path(file).open(encoding="utf-8", newline="") as opened:
    rows = list(csv.DictReader(opened))
headers = list(rows[0])
# It takes "0" for unknown, so each value gets a letter.
students = [Student({name: f"v{cell}" for name, cell in row.items()}, headers, "id") for row in rows]
course = SimpleNamespace(
    students=students,
    n_groups=int(groups),
    group_size=len(students) // int(groups),
    attr_values=lambda name: {student[name] for student in students},
)
random.seed(int(seed))
begin = time.process_time()
rules = [make_rule({"name": "distribute", "attribute": name}, course) for name in headers if name != "id"]
made = make_initial_groups(course, [])
apply_rules_list(rules, made, course.students, tries=5)
seconds = time.process_time() - begin
print(json.dumps({"seconds": seconds, "groups": [[one["id"][1:] for one in group.students] for group in made]}))
