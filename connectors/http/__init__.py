# ruff: noqa: A005 - the folder is named for what it holds; nothing here imports the standard http package
"""HTTP for connectors: one session with time limits, retries by kind of failure, rate limits, a quota reserve.

Here belongs what every HTTP API needs alike. What one CRM alone says (its header names, its error words, its
paths) belongs to that CRM's own package, which hands it in as a `Dialect`. Nothing here knows records or the lake.
"""
