"""Last of all: the services stop in peace, every call is on the record once, and no secret lies anywhere."""

import collections
import urllib.parse

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


def places():
    """Every file that a service wrote, and what its metrics said. Clients' own homes and root credentials are for secrets."""
    for folder in ledger.folders:
        for file in folder.rglob("*"):
            homes = any(part.startswith("home-") for part in file.relative_to(folder).parts)
            if file.is_file() and not homes and file.name != "root-credentials":
                yield str(file), file.read_bytes()
    yield from ((name, text.encode()) for name, text in ledger.texts.items())


def test_no_secret_lies_anywhere():
    assert len(ledger.secrets) > 20, "the run used more secrets than that"
    secrets = {
        form.encode(): what
        for secret, what in ledger.secrets.items()
        for form in {secret, urllib.parse.quote(secret, safe="")}
    }
    found, looked = [], 0
    for place, content in places():
        looked += 1
        found += [f"{what} in {place}" for secret, what in secrets.items() if secret in content]
    assert not found
    assert looked > 10
