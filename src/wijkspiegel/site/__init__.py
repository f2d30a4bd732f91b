"""The site: where municipalities show how they live together, share what works, choose themes and meet.

A Django project of vertical slices, in a fixed order: people, mail, audit, cities, library, meetings, api. A slice may
import slices before it, never after. `rules.py` is the sole writer of the models of its slice: state changes, locks and
permissions live there; views read the request and call a rule. Figures come from releases only; no origin of a person
is stored anywhere.
"""
