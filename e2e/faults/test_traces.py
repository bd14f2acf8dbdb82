"""Last of all: what the services left behind. Request ids are those that clients saw; no secret lies anywhere."""

import json
import urllib.parse

from rigs import ledger, wire


def test_request_ids_in_the_log_are_those_that_clients_saw(start, make_world):
    service = start("observed", "--log", "json")
    world = make_world(service)
    seen = {}
    for _ in range(20):
        answer = wire.call(service, "GetCallerIdentity", {}, world.user)
        seen[answer.request_id] = ("GetCallerIdentity", 200)
        answer = wire.call(service, "GetRole", {"RoleName": "missing"}, world.user, api="iam")
        seen[answer.request_id] = ("GetRole", 404)
        answer = wire.call(service, "AssumeRoleWithWebIdentity", world.parameters("no.token.atall"))
        seen[answer.request_id] = ("AssumeRoleWithWebIdentity", 400)
        assert answer.element("RequestId") == answer.request_id
    assert service.stop() == 0
    lines = [json.loads(line)["fields"] for line in service.said().splitlines() if line.startswith("{")]
    logged = {line["request_id"]: (line["operation"], line["status"]) for line in lines if "request_id" in line}
    assert seen.items() <= logged.items()
    recorded = {record["requestID"]: record["eventName"] for record in service.records()}
    assert {request_id: name for request_id, (name, _) in seen.items()}.items() <= recorded.items()


def places():
    for folder in ledger.folders:
        for file in folder.rglob("*"):
            homes = any(part.startswith("home-") for part in file.relative_to(folder).parts)
            if file.is_file() and not homes and file.name != "root-credentials":
                yield str(file), file.read_bytes()
    yield from ((name, text.encode()) for name, text in ledger.texts.items())


def test_no_secret_lies_in_logs_records_metrics_or_data():
    forms = {
        form.encode(): what
        for secret, what in ledger.secrets.items()
        for form in {secret, urllib.parse.quote(secret, safe="")}
    }
    assert len(forms) > 20, "the run used more secrets than that"
    found, looked = [], 0
    for place, content in places():
        looked += 1
        found += [f"{what} in {place}" for secret, what in forms.items() if secret in content]
    assert not found
    assert looked > 10
