"""CloudTrail's event history and rolecall's trail commands, after granted and refused exchanges."""

import gzip
import json
import os
import subprocess

import pytest

from rigs import clients
from rigs.account import Account
from rigs.clients import refusal
from rigs.service import ACCOUNT, OTHER

BY_NAME = "AttributeKey=EventName,AttributeValue="


@pytest.fixture(scope="module")
def exchanges(account, web, mint):
    """Two granted, one refused for its subject, one with a token that nobody vouches for; gives the request ids."""

    def sent(token):
        try:
            return account.exchange(web["role"], token)["ResponseMetadata"]["RequestId"]
        except account.sts.exceptions.ClientError as error:
            return error.response["ResponseMetadata"]["RequestId"]

    header, claims, signature = web["web"].split(".")
    forged = f"{header}.{claims}.{signature[::-1]}"
    return {"granted": [sent(web["web"]), sent(web["web"])], "refused": sent(web["other"]), "forged": sent(forged)}


def test_exchanges_as_aws_shows_them(aws, exchanges, web):
    events = aws("cloudtrail", "lookup-events", "--lookup-attributes", f"{BY_NAME}AssumeRoleWithWebIdentity")[
        "Events"
    ]
    records = {json.loads(event["CloudTrailEvent"])["requestID"]: event for event in events}
    assert exchanges["forged"] not in records
    granted, refused = records[exchanges["granted"][0]], records[exchanges["refused"]]
    assert granted["Username"] == "system:serviceaccount:shop:web" and granted["ReadOnly"] == "true"
    assert granted["AccessKeyId"].startswith("ASIA")
    assert {"ResourceType": "AWS::IAM::Role", "ResourceName": web["role"]} in refused["Resources"]
    record = json.loads(refused["CloudTrailEvent"])
    assert (record["errorCode"], record["errorMessage"]) == ("AccessDenied", "An unknown error occurred")
    assert record["userIdentity"]["identityProvider"] == web["provider"]


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("Username", "system:serviceaccount:shop:other"),
        ("ResourceName", "arn:aws:iam::111122223333:role/web"),
        ("ResourceType", "AWS::IAM::Role"),
        ("EventSource", "sts.amazonaws.com"),
        ("ReadOnly", "true"),
    ],
)
def test_every_attribute_finds_the_refusal(aws, exchanges, key, value):
    events = aws("cloudtrail", "lookup-events", "--lookup-attributes", f"AttributeKey={key},AttributeValue={value}")[
        "Events"
    ]
    found = [json.loads(event["CloudTrailEvent"]) for event in events]
    assert exchanges["refused"] in [record["requestID"] for record in found]
    event_id = next(record["eventID"] for record in found if record["requestID"] == exchanges["refused"])
    by_id = aws(
        "cloudtrail", "lookup-events", "--lookup-attributes", f"AttributeKey=EventId,AttributeValue={event_id}"
    )
    assert len(by_id["Events"]) == 1


def test_refusals(service, account):
    trail = clients.sdk(service, "cloudtrail", account.root)
    two = [{"AttributeKey": "EventName", "AttributeValue": "x"}] * 2
    table = [
        ({"LookupAttributes": two}, "InvalidLookupAttributesException"),
        ({"MaxResults": 51}, "InvalidMaxResultsException"),
        ({"StartTime": 2, "EndTime": 1}, "InvalidTimeRangeException"),
        ({"NextToken": "x"}, "InvalidNextTokenException"),
        ({"EventCategory": "data"}, "InvalidEventCategoryException"),
    ]
    for arguments, code in table:
        assert refusal(lambda arguments=arguments: trail.lookup_events(**arguments))[:2] == (400, code)
    assert trail.describe_trails()["trailList"] == []
    assert refusal(lambda: trail.get_trail_status(Name="another"))[1] == "TrailNotFoundException"


def test_response_elements_of_writes(aws, account):
    account.iam.create_user(UserName="recorded")
    key = account.iam.create_access_key(UserName="recorded")["AccessKey"]
    lookup = ("cloudtrail", "lookup-events", "--lookup-attributes")
    record = json.loads(aws(*lookup, f"{BY_NAME}CreateAccessKey")["Events"][0]["CloudTrailEvent"])
    assert record["responseElements"]["accessKey"]["accessKeyId"] == key["AccessKeyId"]
    assert key["SecretAccessKey"] not in json.dumps(record)
    user = json.loads(aws(*lookup, f"{BY_NAME}CreateUser")["Events"][0]["CloudTrailEvent"])
    assert user["responseElements"]["user"]["userName"] == "recorded"


def test_a_thousand_roles_and_ten_thousand_events_by_the_clis_own_paginator(service):
    """In an account of its own: a thousand roles are all that an account may have."""
    account = Account(service, OTHER)
    environment = clients.environment(service, account.root)

    def aws(*arguments):
        return clients.cli_json(clients.CLIS["awscli-2"], environment, *arguments)

    trust = {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}
    for number in range(1000):
        account.role(f"many-{number:04}", trust, Path="/many/")
    roles = aws("iam", "list-roles", "--path-prefix", "/many/", "--page-size", "100", "--query", "Roles[].RoleName")
    assert roles == [f"many-{number:04}" for number in range(1000)]
    for number in range(10_000):
        account.iam.get_role(RoleName=f"many-{number % 1000:04}")
    events = aws(
        "cloudtrail", "lookup-events", "--lookup-attributes", f"{BY_NAME}GetRole", "--query", "Events[].EventId"
    )
    assert len(events) == 10_000 and len(set(events)) == 10_000


def test_trail_commands_over_the_record(rolecall, service, account, web, exchanges, tmp_path):
    trail = ("--from", service.data / "trail")
    statement = web["statement"] | {
        "Condition": {"StringEquals": {f"{web['name']}:sub": "system:serviceaccount:shop:*"}}
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    account.iam.update_assume_role_policy(RoleName="web", PolicyDocument=policy)
    said = refusal(lambda: account.exchange(web["role"], web["web"]))
    assert said[1] == "AccessDenied"
    story = failing("trail", "timeline", "web", *trail)
    assert "worked until" in story and "when the trust policy was replaced by arn:aws:iam::111122223333:root" in story
    found = json.loads(failing("trail", "attempts", "--role", "web", "--refused", "-o", "json", *trail))
    causes = {one["who"]: one["cause"]["cause"] for one in found["attempts"] if one["cause"]}
    assert causes["system:serviceaccount:shop:web"] == "trust.wildcard-in-equals"
    evidence = tmp_path / "now"
    evidence.mkdir()
    mended = {"Version": "2012-10-17", "Statement": [web["statement"]]}
    account.iam.update_assume_role_policy(RoleName="web", PolicyDocument=json.dumps(mended))
    role = account.iam.get_role(RoleName="web")["Role"]
    (evidence / "role.json").write_text(json.dumps({"Role": role}, default=str))
    provider = account.iam.get_open_id_connect_provider(OpenIDConnectProviderArn=web["provider"])
    provider.pop("ResponseMetadata")
    (evidence / "provider.json").write_text(json.dumps(provider, default=str))
    now = failing("trail", "attempts", "--role", "web", "--refused", "--evidence", evidence, *trail)
    assert "refused then; would be admitted now" in now
    line = rolecall("trail", "lookup", "--id", exchanges["forged"], *trail)
    assert "InvalidIdentityToken" in line, "the trail on disk has what AWS would not show"
    assert len(rolecall("trail", "tail", service.data / "trail", "--no-follow", "-n", "3").splitlines()) == 3


def failing(*arguments):
    """Commands that find a refusal exit with 1 and print on standard output."""
    done = subprocess.run(
        [os.environ["ROLECALL_BIN"], *map(str, arguments)], capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 1, done.stderr
    return done.stdout


def test_the_delivered_record_is_cloudtrails(rolecall, service, delivered, exchanges, tmp_path):
    service.stop()
    files = sorted(delivered.rglob("*.json.gz"))
    places = {file.relative_to(delivered).parts[:3] for file in files}
    assert ("AWSLogs", ACCOUNT, "CloudTrail") in places and all(
        place[::2] == ("AWSLogs", "CloudTrail") for place in places
    )
    records = [record for file in files for record in json.loads(gzip.decompress(file.read_bytes()))["Records"]]
    ids = {record["requestID"] for record in records}
    assert exchanges["refused"] in ids and exchanges["forged"] not in ids
    torn = delivered / "AWSLogs" / "torn.json.gz"
    torn.write_bytes(files[0].read_bytes()[:-30])
    (delivered / "AWSLogs" / "other.json").write_text('{"a": 1}')
    (delivered / "AWSLogs" / "future.json").write_text(
        json.dumps({"Records": [records[0] | {"eventVersion": "9.0", "eventID": "f"}]})
    )
    done = subprocess.run(
        [os.environ["ROLECALL_BIN"], "trail", "timeline", "web", "--from", delivered],
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert "worked until" in done.stdout
    for part in ("torn.json.gz", "other.json", "event version `9.0` is not known", "skipped 3 in all"):
        assert part in done.stderr
    # The event history is there again when the service is.
    service.start()
    found = json.loads(
        rolecall("trail", "lookup", "--id", exchanges["refused"], "-o", "json", "--from", service.data / "trail")
    )
    assert found["errorCode"] == "AccessDenied"
    history = clients.sdk(service, "cloudtrail", service.root()).lookup_events(
        LookupAttributes=[{"AttributeKey": "EventId", "AttributeValue": found["eventID"]}]
    )
    assert len(history["Events"]) == 1
