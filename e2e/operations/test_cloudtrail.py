"""CloudTrail: every operation with success, and every error that it declares."""

import datetime

import pytest
from conftest import outcome

from rigs.service import ACCOUNT

NOW = datetime.datetime.now(datetime.UTC)
BACKWARDS = {"StartTime": NOW, "EndTime": NOW - datetime.timedelta(hours=1)}
TIME_RANGE = (400, "InvalidTimeRangeException", "The start time cannot be after the end time.")
ARN = f"arn:aws:cloudtrail:us-east-1:{ACCOUNT}"
UNKNOWN = (400, "TrailNotFoundException", f"Unknown trail: nobody for the user: {ACCOUNT}")
UNKNOWN_BY_ARN = (400, "TrailNotFoundException", f"Unknown trail: {ARN}:trail/nobody for the user: {ACCOUNT}")
SHORT = (400, "InvalidTrailNameException", "Trail name too short. Minimum allowed length: 3 characters. Specified name length: 1 characters.")
NO_TRAIL_ARN = (
    400,
    "CloudTrailARNInvalidException",
    f"{ARN}:channel/x is no ARN of a trail, such as arn:aws:cloudtrail:us-east-2:123456789012:trail/MyTrail.",
)


def attribute(key, value):
    return {"AttributeKey": key, "AttributeValue": value}


def of_a_trail(operation, member, unknown=UNKNOWN):
    yield operation, {member: "nobody"}, unknown
    yield operation, {member: "x"}, SHORT
    yield operation, {member: f"{ARN}:channel/x"}, NO_TRAIL_ARN
    yield operation, {member: f"{ARN}:trail/nobody"}, UNKNOWN_BY_ARN


TABLE = [
    *of_a_trail("GetTrail", "Name"),
    *of_a_trail("GetTrailStatus", "Name", UNKNOWN_BY_ARN),
    *of_a_trail("GetEventSelectors", "TrailName"),
    ("DescribeTrails", {"trailNameList": ["nobody", "x"]}, SHORT),
    ("DescribeTrails", {"trailNameList": [f"{ARN}:channel/x"]}, NO_TRAIL_ARN),
    ("ListPublicKeys", BACKWARDS, TIME_RANGE),
    ("ListPublicKeys", {"NextToken": "x"}, (400, "InvalidTokenException", "Could not decode the token.")),
    ("LookupEvents", BACKWARDS, TIME_RANGE),
    ("LookupEvents", {"MaxResults": 51}, (400, "InvalidMaxResultsException", "MaxResults must be between 1 and 50.")),
    ("LookupEvents", {"MaxResults": 0}, (400, "InvalidMaxResultsException", "MaxResults must be between 1 and 50.")),
    ("LookupEvents", {"NextToken": "x"}, (400, "InvalidNextTokenException", "Could not decode the token.")),
    ("LookupEvents", {"EventCategory": "data"}, (400, "InvalidEventCategoryException", "The event category is not valid.")),
    ("LookupEvents", {"LookupAttributes": [attribute("EventName", "a"), attribute("EventId", "b")]}, (400, "InvalidLookupAttributesException", "You can only specify one attribute in LookupAttributes.")),
    ("LookupEvents", {"LookupAttributes": [attribute("Colour", "a")]}, (400, "InvalidLookupAttributesException", "The lookup attribute is not valid.")),
]


@pytest.mark.parametrize(("operation", "parameters", "wanted"), TABLE, ids=[f"{row[0]}-{row[2][1]}" for row in TABLE])
def test_refusals(root, operation, parameters, wanted):
    assert outcome(root.cloudtrail, operation, parameters) == wanted


def test_there_are_no_trails(root):
    trail = root.cloudtrail
    assert trail.describe_trails()["trailList"] == []
    assert trail.describe_trails(trailNameList=["nobody"], includeShadowTrails=True)["trailList"] == []
    assert trail.list_trails()["Trails"] == []
    assert trail.list_public_keys(StartTime=NOW - datetime.timedelta(hours=1), EndTime=NOW)["PublicKeyList"] == []


def test_a_call_is_found(root):
    made = root.iam.create_user(UserName="looked-up")["ResponseMetadata"]["RequestId"]
    events = root.cloudtrail.lookup_events(LookupAttributes=[attribute("EventName", "CreateUser")])["Events"]
    found = next(event for event in events if made in event["CloudTrailEvent"])
    assert (found["EventSource"], found["ReadOnly"]) == ("iam.amazonaws.com", "false")
    pages = root.cloudtrail.get_paginator("lookup_events").paginate(PaginationConfig={"MaxItems": 25, "PageSize": 7})
    found = [event["EventId"] for page in pages for event in page["Events"]]
    assert len(set(found)) == 25
