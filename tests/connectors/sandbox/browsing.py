"""Reading a sandbox as an outsider would: plain HTTP, page by page."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import requests

HISTORY = "dealstage,amount,closedate,num_associated_contacts,hubspot_owner_id,closed_lost_reason,hs_merged_object_ids"
FIELDS = "dealname,dealstage,pipeline,amount,closedate,dealtype,hubspot_owner_id,deal_currency_code"


class Browser:
    def __init__(self, url: str, token: str = "t") -> None:
        self.url, self.session = url, requests.Session()
        self.session.headers["Authorization"] = f"Bearer {token}"

    def get(self, path: str, **params: Any) -> requests.Response:
        return self.session.get(self.url + path, params=params, timeout=20)

    def post(self, path: str, body: Any) -> requests.Response:
        return self.session.post(self.url + path, json=body, timeout=20)

    def every(self, kind: str, **params: Any) -> Iterator[dict[str, Any]]:
        params = {"limit": 50 if "propertiesWithHistory" in params else 100, **params}
        while True:
            answer = self.get(f"/crm/v3/objects/{kind}", **params)
            assert answer.status_code == 200, answer.text
            body = answer.json()
            yield from body["results"]
            if "paging" not in body:
                return
            params["after"] = body["paging"]["next"]["after"]

    def search(self, kind: str, *filters: tuple[str, str, int | str], **body: Any) -> requests.Response:
        listed = [{"propertyName": name, "operator": how, "value": str(value)} for name, how, value in filters]
        return self.post(f"/crm/v3/objects/{kind}/search", {"filterGroups": [{"filters": listed}], **body})

    def associated(self, source: str, to: str, ids: list[str]) -> dict[str, list[int]]:
        found: dict[str, list[int]] = {}
        for start in range(0, len(ids), 1000):
            inputs = [{"id": one} for one in ids[start : start + 1000]]
            answer = self.post(f"/crm/v4/associations/{source}/{to}/batch/read", {"inputs": inputs})
            assert answer.status_code in (200, 207), answer.text
            for result in answer.json()["results"]:
                found[result["from"]["id"]] = [other["toObjectId"] for other in result["to"]]
        return found
