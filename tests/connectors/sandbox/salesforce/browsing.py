"""Reading a simulated org as an outsider would: plain HTTP, page by page."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import requests

DATA = "/services/data/v60.0"


class Browser:
    def __init__(self, url: str, token: str = "t") -> None:
        self.url, self.session = url, requests.Session()
        self.session.headers["Authorization"] = f"Bearer {token}"

    def get(self, path: str, **params: Any) -> requests.Response:
        return self.session.get(self.url + path, params=params, timeout=20)

    def post(self, path: str, body: Any) -> requests.Response:
        return self.session.post(self.url + path, json=body, timeout=20)

    def ask(self, soql: str, *, deleted: bool = True) -> requests.Response:
        return self.get(f"{DATA}/query{'All' if deleted else ''}", q=soql)

    def rows(self, soql: str, *, deleted: bool = True) -> list[dict[str, Any]]:
        return list(self._pages(self.ask(soql, deleted=deleted)))

    def _pages(self, answer: requests.Response) -> Iterator[dict[str, Any]]:
        while True:
            assert answer.status_code == 200, answer.text
            yield from answer.json()["records"]
            if answer.json()["done"]:
                return
            answer = self.get(answer.json()["nextRecordsUrl"])

    def count(self, kind: str, *, deleted: bool = True) -> int:
        return self.ask(f"SELECT COUNT() FROM {kind}", deleted=deleted).json()["totalSize"]

    def job(self, soql: str, **more: str) -> dict[str, Any]:
        answer = self.post(f"{DATA}/jobs/query", {"operation": "queryAll", "query": soql, **more})
        assert answer.status_code == 200, answer.text
        told = answer.json()
        while told["state"] in ("UploadComplete", "InProgress"):
            told = self.get(f"{DATA}/jobs/query/{told['id']}").json()
        return told

    def bulk(self, soql: str, **params: Any) -> list[dict[str, str]]:
        job = self.job(soql)
        assert job["state"] == "JobComplete", job
        found: list[dict[str, str]] = []
        while True:
            answer = self.get(f"{DATA}/jobs/query/{job['id']}/results", **params)
            assert answer.status_code == 200, answer.text
            page = list(csv.DictReader(io.StringIO(answer.text)))
            assert int(answer.headers["Sforce-NumberOfRecords"]) == len(page)
            found += page
            if answer.headers["Sforce-Locator"] == "null":
                assert len(found) == job["numberRecordsProcessed"]
                return found
            params["locator"] = answer.headers["Sforce-Locator"]


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text)
