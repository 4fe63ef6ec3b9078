"""Logs are for machines: one JSON object a line, with the night, and never a payload."""

import json
import logging
from pathlib import Path

from orchestration.logs import FILE_NAME, LONGEST_MESSAGE, log_to, stamp


def test_every_line_is_json_with_its_night_and_of_limited_length(tmp_path: Path) -> None:
    log_to(tmp_path)
    log_to(tmp_path)
    stamp("20260331T020000-aaaaaaaa")
    logger = logging.getLogger("connectors.testing")
    logger.info("read %s rows", 5)
    try:
        raise ValueError("no")
    except ValueError:
        logger.exception("%s", "x" * 10_000)
    first, second = [json.loads(line) for line in (tmp_path / FILE_NAME).read_text().splitlines()]
    assert (first["night_id"], first["message"], first["level"]) == ("20260331T020000-aaaaaaaa", "read 5 rows", "INFO")
    assert len(second["message"]) == LONGEST_MESSAGE
    assert "ValueError: no" in second["error"]
