"""A proof that no plan of one round has a better mirror, rules included, where counting cannot give one: CP-SAT.

For small cases: some dozens of people. Needs the extra `plan` (OR-Tools).
"""

import numpy as np
from ortools.sat.python import cp_model

from wijkspiegel.encounters.problem import COMMON, EACH, Problem
from wijkspiegel.encounters.said import PlanningError

SCALE = 10_000
"""The solver counts in whole numbers: costs are rounded down to this part of one, so that a bound stays one."""
MOST = 50_000
"""People x tables x rounds beyond which no proof is tried."""
PROVED = (cp_model.OPTIMAL, cp_model.FEASIBLE, cp_model.UNKNOWN)


def certified(problem: Problem, effort: float) -> float:
    """The least that the mirror of any plan that keeps all rules can cost, as far as was proved.

    effort : in the solver's own seconds, which are the same on every machine. The rounds are proved each by itself.
    Raises PlanningError where the problem is too large, or no plan keeps the rules.
    """
    people, tables = len(problem.people), len(problem.tables)
    if people * tables * problem.rounds > MOST:
        raise PlanningError(
            "{people} people at {tables} tables in {rounds} rounds are too many to prove anything more: "
            "leave --certify out.",
            people=people, tables=tables, rounds=problem.rounds,
        )  # fmt: skip
    return sum(_round(problem, number, effort / problem.rounds) for number in range(problem.rounds))


def _round(problem: Problem, number: int, effort: float) -> float:
    model = cp_model.CpModel()
    there = np.flatnonzero(problem.present[number]).tolist()
    tables = range(len(problem.tables))
    at = {(p, t): model.new_bool_var(f"{p}@{t}") for p in there for t in tables}
    for p in there:
        model.add_exactly_one(at[p, t] for t in tables)
        block = int(problem.block[number, p])
        for t in tables:
            if block != p:
                model.add(at[p, t] == at[block, t])
            if len(problem.allowed) and not problem.allowed[number, p, t]:
                model.add(at[p, t] == 0)
    for t, table in enumerate(problem.tables):
        model.add_linear_constraint(sum(at[p, t] for p in there), table.minimum, table.capacity)
    for one, other, rounds in problem.apart.tolist():
        if (rounds >> number) & 1 and one in there and other in there:
            for t in tables:
                model.add_at_most_one(at[one, t], at[other, t])
    _add_conditions(model, problem, number, there, at)
    _add_wishes(model, problem, number, there, at)
    terms, fixed = _mirror(model, problem, number, there, at)
    model.minimize(sum(coefficient * chosen for coefficient, chosen in terms))
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.random_seed = 1
    solver.parameters.max_deterministic_time = effort
    status = solver.solve(model)
    if status not in PROVED:
        raise PlanningError("No plan of round {number} keeps all rules.", number=number + 1)
    return fixed + max(solver.best_objective_bound, sum(min(0, coefficient) for coefficient, _ in terms)) / SCALE


Places = dict[tuple[int, int], cp_model.IntVar]


def _mirror(
    model: cp_model.CpModel, problem: Problem, number: int, there: list[int], at: Places
) -> tuple[list[tuple[int, cp_model.IntVar]], float]:
    """Each person more in a category costs more than the one before, so that a row of yes or no counts them."""
    terms, fixed = [], 0.0
    for t, table in enumerate(problem.tables):
        for category in range(len(problem.categories)):
            having = [p for p in there if category in problem.category[p]]
            target, weight = problem.target[number, t, category], problem.weight[category]
            fixed += float(weight * target**2)
            more = [model.new_bool_var("") for _ in range(min(len(having), table.capacity))]
            model.add(sum(at[p, t] for p in having) == sum(more))
            terms += [(int(np.floor(SCALE * weight * (2 * n + 1 - 2 * target))), one) for n, one in enumerate(more)]
    return terms, fixed


def _add_conditions(model: cp_model.CpModel, problem: Problem, number: int, there: list[int], at: Places) -> None:
    given = problem.conditions
    for condition in range(len(given.kind)):
        if not (int(given.rounds[condition]) >> number) & 1:
            continue
        one, other, least, most = (int(part[condition]) for part in (given.one, given.other, given.least, given.most))
        for t in np.flatnonzero(given.tables[condition]).tolist():
            used = model.new_bool_var("")
            for p in there:
                model.add_implication(at[p, t], used)
            if given.kind[condition] == EACH:
                held = sum(at[p, t] for p in there if given.marks[p, one])
                model.add(held >= least).only_enforce_if(used)
                model.add(held <= most)
            elif given.kind[condition] == COMMON:
                shared = [model.new_bool_var("") for _ in range(one, other)]
                model.add_bool_or(shared)
                for mark, common in zip(range(one, other), shared, strict=True):
                    for p in there:
                        if not given.marks[p, mark]:
                            model.add_at_most_one(common, at[p, t])
            else:
                held = sum(at[p, t] for p in there if given.marks[p, other])
                for p in there:
                    if given.marks[p, one]:
                        model.add(held >= least).only_enforce_if(at[p, t])


def _add_wishes(model: cp_model.CpModel, problem: Problem, number: int, there: list[int], at: Places) -> None:
    wishes = problem.wishes
    for wish in np.flatnonzero(wishes.must).tolist():
        person = int(wishes.person[wish])
        if (int(wishes.rounds[wish]) >> number) & 1 and person in there:
            for t in range(len(problem.tables)):
                beside = sum(at[p, t] for p in wishes.others[wish] if p in there)
                model.add(beside >= int(wishes.least[wish])).only_enforce_if(at[person, t])
