"""The whole run: whatever the service declares was called, and reached; nothing is said to be out of reach that is not."""

import re

import botocore.session
import called
import declared
import unreached

OPERATIONS = declared.operations()
OFFERED = [one for one in OPERATIONS if one.offered]


def test_every_operation_succeeded():
    missing = [
        one
        for one in OFFERED
        if (one.service, one.name, "") not in called.calls and not unreached.is_unreached(one.name, "")
    ]
    assert missing == []


def test_every_operation_that_is_not_offered_was_called():
    codes = {(service, name) for service, name, code in called.calls if code == "InvalidAction"}
    assert [one for one in OPERATIONS if not one.offered and (one.service, one.name) not in codes] == []


def test_every_error_was_reached():
    missing = [
        (str(one), code)
        for one in OFFERED
        for code in one.errors
        if (one.service, one.name, code) not in called.calls and not unreached.is_unreached(one.name, code)
    ]
    assert missing == []


def test_what_is_said_to_be_out_of_reach_is():
    reached = [
        call for call in sorted(called.calls) if unreached.is_unreached(call[1], call[2]) and call[1] in names(call[2])
    ]
    assert reached == []


def names(code):
    """The operations that declare an error, or may succeed."""
    return {one.name for one in OPERATIONS if code in one.errors or not code}


def test_nothing_is_said_of_what_nobody_declares():
    stale = [
        (code, name)
        for code, rows in unreached.UNREACHED.items()
        for operations, _ in rows
        for name in (operations.split() if operations else [None])
        if not names(code) or (name and name not in names(code))
    ]
    assert stale == []


def test_the_errors_are_those_of_aws():
    """The product's table against the models that the SDK brings."""
    session = botocore.session.get_session()
    for one in OPERATIONS:
        if one.service == "rolecall":
            continue
        shapes = session.get_service_model(one.service).operation_model(one.name).error_shapes
        wanted = {shape.metadata.get("error", {}).get("code") or shape.name for shape in shapes}
        assert set(one.errors) == wanted, one


def test_every_refusal_was_counted_by_its_step(service):
    """What was answered with a code is what the steps of calls and of exchanges add up to."""
    metrics = service.metrics()

    def total(pattern):
        return sum(float(value) for value in re.findall(pattern, metrics, re.MULTILINE))

    refused = total(r'^rolecall_calls_total\{.*code="[^"]+".*\} (\S+)$')
    steps = total(r"^rolecall_refusals_total\{.*\} (\S+)$")
    exchanges = total(r"^rolecall_exchange_refusals_total\{.*\} (\S+)$")
    assert refused == steps + exchanges and refused > 500
    for service_name in ("eks", "eks-auth", "cloudtrail", "rolecall"):
        assert f'service="{service_name}"' in metrics
