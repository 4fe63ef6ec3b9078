"""Logs: JSON lines in the workspace, a file a day, each line with its night and none with a CRM's data.

Only writing logs belongs here. People read progress on the terminal; logs are for finding out afterwards.
"""

from __future__ import annotations

import logging
import logging.handlers
from datetime import UTC, datetime
from pathlib import Path

import dagster as dg
import orjson

FILE_NAME = "plumbline.jsonl"
LONGEST_MESSAGE = 2_000
"""Longer ones are somebody's data or a dump of everything; the beginning tells what it was."""


_night: dict[str, str] = {}
"""The night under way in this process; its threads log too, so a context variable wouldn't do."""


def stamp(night_id: str) -> None:
    """Put this night's name on every line from now on."""
    _night["id"] = night_id


class JsonLines(logging.Formatter):
    """A record as one JSON object."""

    def format(self, record: logging.LogRecord) -> str:
        """Time, level, where from, what; the run and step when Dagster knows them."""
        meta = getattr(record, "dagster_meta", None) or {}
        line = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "night_id": _night.get("id"),
            "run_id": meta.get("run_id"),
            "step": meta.get("step_key"),
            "message": record.getMessage()[:LONGEST_MESSAGE],
        }
        if record.exc_info:
            line["error"] = self.formatException(record.exc_info)[-LONGEST_MESSAGE:]
        return orjson.dumps({name: value for name, value in line.items() if value is not None}).decode()


def file_handler(folder: Path, keep_days: int = 30) -> logging.Handler:
    """Appends to the day's file, which is put aside at midnight UTC."""
    folder.mkdir(parents=True, exist_ok=True)
    handler = logging.handlers.TimedRotatingFileHandler(
        folder / FILE_NAME, when="midnight", utc=True, backupCount=keep_days, encoding="utf-8", delay=True
    )
    handler.setFormatter(JsonLines())
    return handler


def log_to(folder: Path, keep_days: int = 30) -> None:
    """Send what our own packages log to the workspace's files, once per process and folder."""
    for name in ("connectors", "expectations", "orchestration"):
        logger = logging.getLogger(name)
        wanted = str((folder / FILE_NAME).absolute())
        if not any(getattr(handler, "baseFilename", None) == wanted for handler in logger.handlers):
            logger.addHandler(file_handler(folder, keep_days))
        logger.setLevel(logging.INFO)
        logger.propagate = False


@dg.logger(config_schema={"folder": str})
def night_logger(context: dg.InitLoggerContext) -> logging.Logger:
    """Dagster's own events into the same files, instead of onto the terminal."""
    logger = logging.Logger("dagster", logging.INFO)
    logger.addHandler(file_handler(Path(context.logger_config["folder"])))
    return logger
