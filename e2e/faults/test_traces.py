"""Last of all: what the services left behind. Request ids are those that clients saw; no secret lies anywhere."""

import json

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


def test_no_secret_lies_in_logs_records_metrics_or_data():
    ledger.no_secret_lies_anywhere()
