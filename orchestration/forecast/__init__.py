"""The forecast as people read it, from the published warehouse alone: its numbers, its rivals, and how far to trust it.

rows.py reads, parts.py is the structure, telling.py chooses, words.py holds the wording and lines.py prints. charts.py
writes the pictures (fan.py, calibration.py, waterfall.py) by way of svg.py, which is text and nothing else. No number
is worked out here that the warehouse does not hold.
"""
