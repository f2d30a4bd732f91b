"""Meetings: where cities come together. Registration, waiting list, calendar, questions, report and photos."""
