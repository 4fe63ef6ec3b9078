"""The simulated Odoo in the two versions whose habits differ; a file that needs another serves its own."""

from __future__ import annotations

import pytest

from tests.connectors.sandbox.odoo.calling import Caller, serve


@pytest.fixture(scope="module", params=[17, 19])
def odoo(request):
    with serve(request.param) as sandbox:
        yield sandbox, Caller(sandbox.url, json2=request.param == 19)
