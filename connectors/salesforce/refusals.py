"""Salesforce's refusals that the reader can do something about.

Here belong the types. Which answer becomes which is dialect.py's.
"""

from __future__ import annotations

from connectors.contract import BadAnswer, ConnectorError


class QueryTimeout(ConnectorError):
    """The query took longer than Salesforce allows; half of its window may not."""

    retryable = True


class FieldRefused(ConnectorError):
    """A field that was readable a moment ago is not; the object has to be described again."""

    retryable = True


class CursorGone(ConnectorError):
    """A page of a query, or a job's result, that Salesforce no longer keeps; the query has to be asked again."""

    retryable = True


class JobFailed(BadAnswer):
    """A Bulk job that ended as Failed or Aborted."""
