"""From files to tables: plans of encounters, plans that change on the evening, panels by lot."""
