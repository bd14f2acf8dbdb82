"""Last of all: the services stop in peace, every call is on the record once, and no secret lies anywhere."""

import collections

import pytest

from rigs import ledger
from rigs.service import records


@pytest.fixture(scope="module", autouse=True)
def stopped(services):
    """What the services came to when they were told to stop."""
    return {service.folder.name: service.stop() for service in services.started}


def test_every_service_stopped_in_peace(stopped):
    assert stopped and not {name: code for name, code in stopped.items() if code not in (0, None)}


def test_every_call_is_on_the_record_once():
    assert ledger.requests
    for data, requests in ledger.requests.items():
        counts = collections.Counter(record["requestID"] for record in records(data))
        counts = {request_id: counts[request_id] for request_id in requests}
        odd = {requests[request_id]: count for request_id, count in counts.items() if count != 1}
        assert not odd, f"{data}: calls by how many records they have: {odd}"


def test_no_service_panicked_or_complained():
    for folder in ledger.folders:
        log = folder / "serve.log"
        said = log.read_text(errors="replace") if log.exists() else ""
        assert "panicked" not in said and " ERROR " not in said, f"{log}: {said[-2000:]}"


def test_no_secret_lies_anywhere():
    ledger.no_secret_lies_anywhere()
