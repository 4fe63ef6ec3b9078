"""One deal as a manager would be told it, from the published warehouse alone.

rows.py reads, parts.py is the structure, story.py puts names and local times into it, words.py holds the wording and
lines.py prints it. A page shows the same structure; no verdict is made here.
"""
