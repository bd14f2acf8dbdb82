"""Every refusal of an exchange with AWS's code, status and sentence: tokens that are honest but for one thing.

Beside each rule stands its near miss, which is granted."""

import json
import time

import pytest

from rigs import clients, forge, ledger, wire
from rigs.account import federated

NOT_A_JWT = (
    400,
    "InvalidIdentityToken",
    "The ID Token provided is not a valid JWT. (You may see this error if you sent an Access Token)",
)
KEY = (
    400,
    "InvalidIdentityToken",
    "Couldn't retrieve verification key from your identity provider,  please reference AssumeRoleWithWebIdentity documentation for requirements",
)
SIGNATURE = (400, "InvalidIdentityToken", "The web identity token provided could not be validated")
AUDIENCE = (400, "InvalidIdentityToken", "Incorrect token audience")
SEVERAL = (
    400,
    "InvalidIdentityToken",
    "Token audience contains more than one audience while authorized party is not present",
)
NOT_YET = (400, "InvalidIdentityToken", "The web identity token provided is not yet valid")
DENIED = (403, "AccessDenied", "Not authorized to perform sts:AssumeRoleWithWebIdentity")
TAGS_FORM = (400, "InvalidIdentityToken", "principal_tags passed in claim is not in correct format")
TAGS = "https://aws.amazon.com/tags"
ROLES = "https://aws.amazon.com/roles"


def missing(claim):
    return (400, "InvalidIdentityToken", f"Missing a required claim: {claim}")


def granted(answer):
    return answer.status == 200 and answer.element("SubjectFromWebIdentityToken")


@pytest.fixture(scope="module")
def exchange(service, provider, role):
    """Sends a token as it is: `exchange(token, RoleArn=…)`."""

    def send(token, **changes):
        parameters = {"RoleArn": role, "RoleSessionName": "e2e", "WebIdentityToken": token} | changes
        answer = wire.call(
            service,
            "AssumeRoleWithWebIdentity",
            {name: value for name, value in parameters.items() if value is not None},
        )
        for name in ("SecretAccessKey", "SessionToken"):
            if value := answer.element(name):
                ledger.secret(name, value)
        return answer

    return send


@pytest.fixture
def forged(provider):
    """A token signed with the provider's own key: `forged({"header": …}, claim=…)`."""

    def make(header=None, algorithm="RS256", payload=None, **changes):
        key = provider.private_key(algorithm)
        return forge.signed(key, header or {}, payload or forge.claims(provider.issuer, **changes))

    return make


def now():
    return int(time.time())


# What is changed in an honest token, and the refusal; None where it is granted.
CLAIMS = {
    "honest": ({}, None),
    "no issuer": ({"iss": None}, missing("iss")),
    "no subject": ({"sub": None}, missing("sub")),
    "no audience": ({"aud": None}, missing("aud")),
    "no expiry": ({"exp": None}, missing("exp")),
    "no time of issue": ({"iat": None}, missing("iat")),
    "an authorized party in place of the audience": ({"aud": None, "azp": "sts.amazonaws.com"}, None),
    "an audience that is not registered": ({"aud": "https://kubernetes.default.svc"}, AUDIENCE),
    "an audience of other letter case": ({"aud": "STS.amazonaws.com"}, AUDIENCE),
    "an audience in a list": ({"aud": ["sts.amazonaws.com"]}, None),
    "several audiences": ({"aud": ["sts.amazonaws.com", "web-app"]}, SEVERAL),
    "several audiences and a registered party": ({"aud": ["x", "y"], "azp": "web-app"}, None),
    "a party that is not registered": ({"azp": "elsewhere"}, AUDIENCE),
    "expired six minutes ago": ({"exp": -360}, "expired"),
    "expired four minutes ago": ({"exp": -240}, None),
    "issued two days ago": ({"iat": -172_800}, "too old"),
    "issued twenty-three hours ago": ({"iat": -82_800}, None),
    "issued in ten minutes": ({"iat": 600}, NOT_YET),
    "issued in four minutes": ({"iat": 240}, None),
    "valid in ten minutes": ({"nbf": 600}, NOT_YET),
    "valid in four minutes": ({"nbf": 240}, None),
    "another subject": ({"sub": "bob"}, DENIED),
    "a subject of other letter case": ({"sub": "Alice"}, DENIED),
    "a longer subject": ({"sub": "alice2"}, DENIED),
}


@pytest.mark.parametrize("changes, refusal", CLAIMS.values(), ids=CLAIMS)
def test_claims(exchange, forged, changes, refusal):
    times = {
        name: now() + value for name, value in changes.items() if name in ("exp", "iat", "nbf") and value is not None
    }
    answer = exchange(forged(**(changes | times)))
    if refusal is None:
        assert granted(answer) == "alice", answer.refusal
    elif refusal == "expired":
        status, code, sentence = answer.refusal
        start, _, end = sentence.partition(" must be before the expiration date/time ")
        assert (status, code, int(end)) == (400, "ExpiredTokenException", times["exp"])
        assert start.startswith("Token expired: current date/time ") and abs(int(start.rsplit(" ")[-1]) - now()) < 30
    elif refusal == "too old":
        status, code, sentence = answer.refusal
        assert (status, code) == (400, "ExpiredTokenException") and sentence.startswith("Token too old: 1728")
    else:
        assert answer.refusal == refusal


# Claims that only raw JSON can say, and values of wrong types.
TYPES = {
    "an expiry that is a text": ({"exp": "soon"}, NOT_A_JWT),
    "an expiry in digits as a text": ({"exp": "4102444800"}, NOT_A_JWT),
    "an expiry with a fraction": ({"exp": 4102444800.5}, NOT_A_JWT),
    "a time of issue that is a truth": ({"iat": True}, NOT_A_JWT),
    "a start that is a list": ({"nbf": [1]}, NOT_A_JWT),
    "an audience that is a number": ({"aud": 5}, missing("aud")),
    "an audience that is an empty list": ({"aud": []}, missing("aud")),
    "tags that are no lists": ({TAGS: {"principal_tags": {"Project": "x"}}}, TAGS_FORM),
    "tags with two values": ({TAGS: {"principal_tags": {"Project": ["x", "y"]}}}, TAGS_FORM),
    "tags that are numbers": ({TAGS: {"principal_tags": {"Project": [5]}}}, TAGS_FORM),
    "fifty-one tags": (
        {TAGS: {"principal_tags": {f"k{number}": ["v"] for number in range(51)}}},
        (400, "InvalidIdentityToken", "Unable to validate tags"),
    ),
    "tags where the trust policy has no sts:TagSession": ({TAGS: {"principal_tags": {"Project": ["x"]}}}, DENIED),
    "source identity where the trust policy has no sts:SetSourceIdentity": (
        {"https://aws.amazon.com/source_identity": "alice"},
        DENIED,
    ),
    "a roles claim without the role": (
        {ROLES: ["arn:aws:iam::111122223333:role/another"]},
        (
            400,
            "InvalidIdentityToken",
            "The requested role is not listed in the token's https://aws.amazon.com/roles claim",
        ),
    ),
    "a roles claim with the role": ({ROLES: ["arn:aws:iam::111122223333:role/web"]}, None),
    "a roles claim that is the role": ({ROLES: "arn:aws:iam::111122223333:role/web"}, None),
}


@pytest.mark.parametrize("changes, refusal", TYPES.values(), ids=TYPES)
def test_types_and_special_claims(exchange, forged, provider, changes, refusal):
    answer = exchange(forged(payload=forge.claims(provider.issuer) | changes))
    assert (granted(answer) == "alice") if refusal is None else answer.refusal == refusal, answer.text


def test_a_claim_that_stands_twice(exchange, provider):
    """Parsers disagree about which one counts, so none does."""
    honest = json.dumps(forge.claims(provider.issuer, "bob"))
    payload = honest[:-1] + ', "sub": "alice"}'
    assert exchange(forge.signed(provider.private_key(), {}, payload.encode())).refusal == NOT_A_JWT


SHAPES = {
    "no token at all": lambda token: "opaque-access-token-of-an-oauth-server",
    "two parts": lambda token: token.rsplit(".", 1)[0],
    "four parts": lambda token: f"{token}.{token[-20:]}",
    "a header that is no JSON": lambda token: f"{forge.part(b'header')}.{token.split('.', 1)[1]}",
    "claims that are a list": lambda token: ".".join([token.split(".")[0], forge.part([1]), token.split(".")[2]]),
    "padding": lambda token: token.replace(".", "=.", 1),
    "a blank in the middle": lambda token: token.replace(".", ". ", 1),
    "quotes around it": lambda token: f'"{token}"',
    "a path": lambda token: "/var/run/secrets/eks.amazonaws.com/serviceaccount/token",
    "an encrypted token of five parts": lambda token: f"{forge.part({'alg': 'RSA-OAEP', 'enc': 'A256GCM'})}.a.b.c.d",
}


@pytest.mark.parametrize("change", SHAPES.values(), ids=SHAPES)
def test_shapes(exchange, forged, change):
    assert exchange(change(forged())).refusal == NOT_A_JWT


def test_a_line_end_behind_the_token_is_no_fault(exchange, forged):
    assert granted(exchange(forged() + "\n")) == "alice"


ISSUERS = {
    "a slash at the end": lambda issuer: f"{issuer}/",
    "another letter case": lambda issuer: issuer.upper().replace("HTTPS", "https"),
    "another path": lambda issuer: issuer.replace("EXAMPLE", "OTHER"),
    "plain HTTP": lambda issuer: issuer.replace("https://", "http://"),
    "another host": lambda issuer: "https://token.actions.githubusercontent.com",
}


@pytest.mark.parametrize("change", ISSUERS.values(), ids=ISSUERS)
def test_issuers_that_are_not_registered(exchange, forged, provider, change):
    issuer = change(provider.issuer)
    sentence = f"No OpenIDConnect provider found in your account for {issuer}"
    if issuer.startswith("http://"):
        # The name is registered, its keys are only ever had over HTTPS.
        assert exchange(forged(iss=issuer)).status == 400
    else:
        assert exchange(forged(iss=issuer)).refusal == (400, "InvalidIdentityToken", sentence)


def test_a_provider_is_looked_for_before_the_role(exchange, forged):
    """A role that is not there answers as one that refuses, and only to bearers of tokens of a registered issuer."""
    nowhere = "arn:aws:iam::111122223333:role/nowhere"
    assert exchange(forged(), RoleArn=nowhere).refusal == DENIED
    issuer = "https://unknown.example.com"
    sentence = f"No OpenIDConnect provider found in your account for {issuer}"
    assert exchange(forged(iss=issuer), RoleArn=nowhere).refusal == (400, "InvalidIdentityToken", sentence)


def validation(*violations):
    plural = "error" if len(violations) == 1 else "errors"
    return (400, "ValidationError", f"{len(violations)} validation {plural} detected: {'; '.join(violations)}")


def failed(value, name, constraint):
    shown = "" if value is None else f" '{value}'"
    return f"Value{shown} at '{name}' failed to satisfy constraint: Member must {constraint}"


ARN_PATTERN = r"[\u0009\u000A\u000D\u0020-\u007E\u0085\u00A0-\uD7FF\uE000-\uFFFD\u10000-\u10FFFF]+"
PARAMETERS = {
    "a session name of one character": (
        {"RoleSessionName": "x"},
        validation(failed("x", "roleSessionName", "have length greater than or equal to 2")),
    ),
    "a session name with a colon": (
        {"RoleSessionName": "Session1:2"},
        validation(failed("Session1:2", "roleSessionName", r"satisfy regular expression pattern: [\w+=,.@-]*")),
    ),
    "a session name of 64 characters": ({"RoleSessionName": "x" * 64}, None),
    "a session name of 65 characters": (
        {"RoleSessionName": "x" * 65},
        validation(failed("x" * 65, "roleSessionName", "have length less than or equal to 64")),
    ),
    "no session name": (
        {"RoleSessionName": None},
        validation("Value null at 'roleSessionName' failed to satisfy constraint: Member must not be null"),
    ),
    "an empty role": (
        {"RoleArn": ""},
        validation(
            failed("", "roleArn", f"satisfy regular expression pattern: {ARN_PATTERN}"),
            failed("", "roleArn", "have length greater than or equal to 20"),
        ),
    ),
    "a duration of 899 seconds": (
        {"DurationSeconds": "899"},
        validation(failed("899", "durationSeconds", "have value greater than or equal to 900")),
    ),
    "a duration of 900 seconds": ({"DurationSeconds": "900"}, None),
    "a duration of more than twelve hours": (
        {"DurationSeconds": "43201"},
        validation(failed("43201", "durationSeconds", "have value less than or equal to 43200")),
    ),
    "a duration beyond the role's": (
        {"DurationSeconds": "3601"},
        (400, "ValidationError", "The requested DurationSeconds exceeds the MaxSessionDuration set for this role."),
    ),
    "a role that is no ARN": (
        {"RoleArn": "nothing-valid-in-here"},
        (400, "ValidationError", "nothing-valid-in-here is invalid"),
    ),
    "a user's ARN": (
        {"RoleArn": "arn:aws:iam::111122223333:user/alice"},
        (400, "ValidationError", "Request ARN is invalid"),
    ),
    "a token of three characters": (
        {"WebIdentityToken": "abc"},
        validation(failed(None, "webIdentityToken", "have length greater than or equal to 4")),
    ),
    "a session policy that is no JSON": (
        {"Policy": "{"},
        (400, "MalformedPolicyDocument", "The policy is not in the valid JSON format."),
    ),
    "a session policy that is no policy": (
        {"Policy": '{"Statement": [{"Effect": "Perhaps"}]}'},
        (400, "MalformedPolicyDocument", "Syntax errors in policy."),
    ),
    "a session policy": (
        {"Policy": '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"*"}]}'},
        None,
    ),
}


@pytest.mark.parametrize("changes, refusal", PARAMETERS.values(), ids=PARAMETERS)
def test_parameters(exchange, forged, changes, refusal):
    answer = exchange(forged(), **changes)
    assert (granted(answer) == "alice") if refusal is None else answer.refusal == refusal, answer.text


def test_statements_that_deny(exchange, forged, account, provider, registered):
    subject = {"StringEquals": {f"{provider.name}:sub": "alice"}}
    table = {
        "denied": ([federated(registered), federated(registered, effect="Deny", **subject)], DENIED),
        "denied-another": (
            [
                federated(registered),
                federated(registered, effect="Deny", StringEquals={f"{provider.name}:sub": "bob"}),
            ],
            None,
        ),
        "wrong-action": ([federated(registered, "sts:AssumeRole")], DENIED),
        "starred-action": ([federated(registered, "sts:*")], None),
        "literal-star": ([federated(registered, StringEquals={f"{provider.name}:sub": "ali*"})], DENIED),
        "pattern": ([federated(registered, StringLike={f"{provider.name}:sub": "ali*"})], None),
        "absent-claim": ([federated(registered, StringEquals={f"{provider.name}:repository": "octo/app"})], DENIED),
        "audience": ([federated(registered, StringEquals={f"{provider.name}:aud": "web-app"})], DENIED),
    }
    for name, (statements, refusal) in table.items():
        answer = exchange(forged(), RoleArn=account.role(f"trust-{name}", *statements))
        assert (granted(answer) == "alice") if refusal is None else answer.refusal == refusal, name


def test_what_needs_actions_of_its_own_is_granted_with_them(exchange, forged, provider, account, registered):
    actions = ["sts:AssumeRoleWithWebIdentity", "sts:TagSession", "sts:SetSourceIdentity"]
    role = account.role("with-tags", federated(registered, actions))
    nested = {TAGS: {"principal_tags": {"Project": ["x"]}}, "https://aws.amazon.com/source_identity": "alice"}
    flat = {f"{TAGS}/principal_tags/Project": "x"}
    for changes in (nested, flat):
        assert granted(exchange(forged(payload=forge.claims(provider.issuer) | changes), RoleArn=role)) == "alice"


def test_both_methods_and_the_exact_bytes(service, role, forged):
    """The refusal of the 403 is 299 bytes long, as AWS's is (request ids are 36 characters)."""
    import urllib.parse

    parameters = {
        "Action": "AssumeRoleWithWebIdentity",
        "Version": "2011-06-15",
        "RoleArn": f"{role}x",
        "RoleSessionName": "e2e",
        "WebIdentityToken": forged(),
    }
    for method in ("GET", "POST"):
        answer = wire.send(service, method, f"/?{urllib.parse.urlencode(parameters)}")
        assert answer.refusal == DENIED and len(answer.text) == 299
        assert answer.headers["content-type"] == "text/xml" and answer.headers["content-length"] == "299"
        assert f"<RequestId>{answer.request_id}</RequestId>" in answer.text and "date" in answer.headers


def test_clients_see_the_codes_as_their_own_errors(account, role, forged):
    names = {"ExpiredTokenException": {"exp": now() - 4000}, "InvalidIdentityTokenException": {"aud": "elsewhere"}}
    for name, changes in names.items():
        with pytest.raises(getattr(account.sts.exceptions, name)):
            account.exchange(role, forged(**changes))
    assert clients.refusal(lambda: account.exchange(role, "not a token"))[1] == "InvalidIdentityToken"
