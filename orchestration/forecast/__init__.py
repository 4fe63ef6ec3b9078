"""The forecast as people read it, from the published warehouse alone: its numbers, its rivals, and how far to trust it.

rows.py reads, parts.py is the structure, telling.py chooses, words.py holds the wording and lines.py prints; charts.py and
the drawings beside it write SVG with nothing but text. No number is worked out here that the warehouse does not hold.
"""
