"""Session credentials and signatures: nothing but what was issued, unaltered, in time, together, is taken."""

import base64
import datetime
import urllib.parse

import pytest

from rigs import wire
from rigs.account import ALL, federated, trusts
from rigs.credentials import Credentials

INVALID = (403, "InvalidClientTokenId", "The security token included in the request is invalid.")
BAD_TOKEN = (403, "InvalidClientTokenId", "The security token included in the request is invalid")
UNSIGNED = (403, "MissingAuthenticationToken", "Request is missing Authentication Token")
SIGNATURE = (
    403,
    "SignatureDoesNotMatch",
    "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.",
)
WHO = {"Action": "GetCallerIdentity", "Version": "2011-06-15"}


@pytest.fixture(scope="module")
def session(account, role, token):
    return account.session(role, token)


@pytest.fixture(scope="module")
def user(account):
    return account.user("signer", ALL)


def who(service, credentials, **more):
    return wire.call(service, "GetCallerIdentity", {}, credentials, **more)


def test_what_was_issued_is_taken(service, session, user):
    assert who(service, session).element("Arn") == "arn:aws:sts::111122223333:assumed-role/web/e2e"
    assert who(service, user).element("Arn") == "arn:aws:iam::111122223333:user/signer"
    assert wire.call(service, "ListRoles", {}, session, api="iam").status == 200


def test_token_key_and_secret_belong_together(service, account, role, token, session, user):
    second = account.session(role, token)
    table = {
        "without its token": (Credentials(session.id, session.secret), INVALID),
        "another session's token": (Credentials(session.id, session.secret, second.token), BAD_TOKEN),
        "another session's key id": (Credentials(second.id, session.secret, session.token), BAD_TOKEN),
        "another session's secret": (Credentials(session.id, second.secret, session.token), SIGNATURE),
        "a user's key with a token": (Credentials(user.id, user.secret, session.token), BAD_TOKEN),
        "a token of somebody's making": (
            Credentials(session.id, session.secret, base64.b64encode(b"\1" * 300).decode()),
            BAD_TOKEN,
        ),
        "a token as AWS's begin": (
            Credentials(session.id, session.secret, "IQoJb3JpZ2luX2Vj" + "A" * 400),
            BAD_TOKEN,
        ),
        "an empty secret": (Credentials(session.id, "", session.token), SIGNATURE),
        "an unknown key": (Credentials("AKIAIOSFODNN7EXAMPLE", user.secret), INVALID),
        "no key": (Credentials("x", user.secret), INVALID),
    }
    for name, (credentials, refusal) in table.items():
        assert who(service, credentials).refusal == refusal, name


def test_the_key_id_of_another_account(service, account, other, session):
    """The account is part of what the token is bound to: nothing of a session reaches another account."""
    assumed = other.role("assumed", trusts("arn:aws:iam::444455556666:root"), policy=ALL)
    theirs = other.assume(other.user("assumer", ALL), assumed)
    assert who(service, theirs).element("Account") == "444455556666"
    for credentials in (
        Credentials(theirs.id, session.secret, session.token),
        Credentials(session.id, theirs.secret, theirs.token),
    ):
        for api, name in (("sts", "GetCallerIdentity"), ("iam", "ListUsers")):
            assert wire.call(service, name, {}, credentials, api=api).refusal == BAD_TOKEN


def test_altered_tokens(service, session):
    raw = base64.b64decode(session.token)
    places = sorted({0, 1, 2, 3, 4, 5, 16, 17, len(raw) // 2, len(raw) - 17, len(raw) - 16, len(raw) - 1})
    changed = [raw[:at] + bytes([raw[at] ^ 1]) + raw[at + 1 :] for at in places]
    changed += [raw[:-1], raw + b"\0", raw[:17], b"", raw * 2, raw[::-1]]
    for one in changed:
        refused = who(service, Credentials(session.id, session.secret, base64.b64encode(one).decode() or " ")).refusal
        assert refused in (BAD_TOKEN, INVALID, SIGNATURE), one[:8]
    for text in (session.token + "=", session.token[:-1], session.token.replace("A", "a"), "A" * 50_000):
        assert who(service, Credentials(session.id, session.secret, text)).status in (400, 403)


def test_signatures_bind_every_part(service, user):
    table = {
        "body": lambda: (
            wire.call(
                service,
                "GetCallerIdentity",
                {},
                user,
                change=lambda headers: headers | {"Authorization": headers["Authorization"][:-4] + "0000"},
            ).refusal
        ),
        "date": lambda: wire.call(service, "GetCallerIdentity", {}, user, change=later).refusal,
        "content type": lambda: (
            wire.call(
                service,
                "GetCallerIdentity",
                {},
                user,
                change=lambda headers: headers | {"Content-Type": "application/x-www-form-urlencoded"},
            ).refusal
        ),
        "host": lambda: (
            wire.call(
                service, "GetCallerIdentity", {}, user, change=lambda headers: headers | {"Host": "sts.amazonaws.com"}
            ).refusal
        ),
    }
    for name, send in table.items():
        assert send() == SIGNATURE, name


def later(headers):
    date = datetime.datetime.strptime(headers["X-Amz-Date"], "%Y%m%dT%H%M%SZ") + datetime.timedelta(seconds=1)
    return headers | {"X-Amz-Date": wire.stamp(date)}


def test_a_body_that_was_changed_after_signing(service, user):
    body = urllib.parse.urlencode(WHO).encode()
    headers = wire.sign(
        "POST",
        "/",
        "",
        {"Content-Type": wire.FORM, "Host": f"{service.host}:{service.port}"},
        body,
        user,
        "us-east-1",
        "sts",
    )
    assert wire.send(service, "POST", "/", headers, body).status == 200
    assert wire.send(service, "POST", "/", headers, body + b"&x=1").refusal == SIGNATURE
    assert wire.send(service, "POST", "/?x=1", headers, body).refusal == SIGNATURE
    assert (
        wire.send(service, "POST", "/", headers | {"X-Amz-Content-Sha256": "UNSIGNED-PAYLOAD"}, body + b"&x=1").status
        != 200
    )


def test_times(service, user):
    now = datetime.datetime.now(datetime.UTC)
    table = {-1000: "Signature expired: ", -840: None, 240: None, 400: "Signature not yet current: "}
    for seconds, sentence in table.items():
        answer = who(service, user, at=now + datetime.timedelta(seconds=seconds))
        if sentence is None:
            assert answer.status == 200, (seconds, answer.text)
        else:
            assert answer.refusal[:2] == (403, "SignatureDoesNotMatch") and answer.refusal[2].startswith(sentence), (
                answer.refusal
            )
    stale = who(service, user, at=now - datetime.timedelta(seconds=1000)).refusal[2]
    signed, earliest = stale.split("Signature expired: ")[1].split(" is now earlier than ")
    assert signed == wire.stamp(now - datetime.timedelta(seconds=1000)) and earliest.endswith(" - 15 min.)")


def test_scopes(service, user):
    assert who(service, user, region="eu-west-1").status == 200
    refused = wire.call(
        service,
        "GetCallerIdentity",
        {},
        user,
        change=lambda headers: headers | {"Authorization": headers["Authorization"].replace("/sts/", "/iam/")},
        recorded=False,
    )
    assert refused.status in (400, 403) and refused.code in ("SignatureDoesNotMatch", "InvalidAction")
    wrong = wire.call(
        service,
        "GetCallerIdentity",
        {},
        user,
        change=lambda headers: (
            headers | {"Authorization": headers["Authorization"].replace("aws4_request", "aws5_request")}
        ),
    )
    assert wrong.refusal == (
        403,
        "SignatureDoesNotMatch",
        "Credential should be scoped with a valid terminator: 'aws4_request', not 'aws5_request'. ",
    )
    dated = wire.call(
        service,
        "GetCallerIdentity",
        {},
        user,
        change=lambda headers: (
            headers | {"Authorization": headers["Authorization"].replace(headers["X-Amz-Date"][:8], "20200101")}
        ),
    )
    assert dated.refusal[2].startswith(
        "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '20200101' != '"
    )


def test_authorization_headers_that_are_incomplete(service, user):
    def changed(make):
        return wire.call(
            service,
            "GetCallerIdentity",
            {},
            user,
            change=lambda headers: headers | {"Authorization": make(headers["Authorization"])},
        )

    assert wire.call(service, "GetCallerIdentity", {}).refusal == UNSIGNED
    missing = changed(lambda text: text.rsplit(",", 1)[0])
    assert missing.refusal[:2] == (400, "IncompleteSignature")
    assert missing.refusal[2].startswith("Authorization header requires 'Signature' parameter.")
    for make in (
        lambda text: "AWS4-HMAC-SHA256",
        lambda text: "AWS4-HMAC-SHA256 x",
        lambda text: text.replace("/", "", 1),
    ):
        assert changed(make).refusal[:2] == (400, "IncompleteSignature")
    hostless = changed(lambda text: text.replace("content-type;host;", "content-type;"))
    assert hostless.status == 403 and hostless.code == "SignatureDoesNotMatch"
    assert changed(lambda text: "Bearer abc").status in (400, 403)
    assert changed(lambda text: "AWS4-ECDSA-P256-SHA256" + text[16:]).refusal[:2] == (400, "IncompleteSignature")


def presigned(service, query):
    return wire.send(service, "GET", f"/?{query}")


def test_presigned_requests(service, user, session):
    for credentials, arn in (
        (user, "arn:aws:iam::111122223333:user/signer"),
        (session, "arn:aws:sts::111122223333:assumed-role/web/e2e"),
    ):
        query = wire.presign(service, WHO, credentials)
        assert presigned(service, query).element("Arn") == arn
        assert presigned(service, query).status == 200, (
            "the same once more: a presigned request may be used again within its time"
        )


TAMPERING = {
    "another operation": lambda query: query.replace("GetCallerIdentity", "GetSessionToken"),
    "a further parameter": lambda query: f"{query}&DurationSeconds=900",
    "a further parameter in front": lambda query: f"DurationSeconds=900&{query}",
    "the operation twice, first another": lambda query: f"Action=GetSessionToken&{query}",
    "longer": lambda query: query.replace("X-Amz-Expires=60", "X-Amz-Expires=604800"),
    "another region": lambda query: query.replace("us-east-1", "eu-west-1"),
    "another service": lambda query: query.replace("%2Fsts%2F", "%2Fiam%2F"),
    "another key": lambda query: query.replace("X-Amz-Credential=AKIA", "X-Amz-Credential=AKIB"),
    "more signed headers": lambda query: query.replace("SignedHeaders=host", "SignedHeaders=host%3Bx-amz-date"),
    "no signed headers": lambda query: query.replace("SignedHeaders=host", "SignedHeaders="),
    "a signature less": lambda query: query.rsplit("&", 1)[0],
    "an empty signature": lambda query: query.rsplit("=", 1)[0] + "=",
    "a signature of zeros": lambda query: query.rsplit("=", 1)[0] + "=" + "0" * 64,
    "a signature twice": lambda query: query.replace(
        "X-Amz-Signature=", "X-Amz-Signature=" + "0" * 64 + "&X-Amz-Signature="
    ),
    "a token": lambda query: f"{query}&X-Amz-Security-Token=AAAA",
    "no algorithm": lambda query: query.replace("X-Amz-Algorithm=AWS4-HMAC-SHA256&", ""),
}


@pytest.mark.parametrize("change", TAMPERING.values(), ids=TAMPERING)
def test_presigned_tampering(service, user, change):
    query = wire.presign(service, WHO, user)
    changed = change(query)
    assert changed != query
    answer = presigned(service, changed)
    assert answer.status in (400, 403) and answer.element("Arn") is None and answer.element("SessionToken") is None, (
        answer.text
    )


def test_presigned_requests_by_another_method_or_host_or_later(service, user):
    query = wire.presign(service, WHO, user)
    assert wire.send(service, "POST", f"/?{query}", {"Content-Type": wire.FORM}).refusal == SIGNATURE
    assert wire.send(service, "GET", f"/?{query}", {"Host": "sts.amazonaws.com"}).refusal == SIGNATURE
    now = datetime.datetime.now(datetime.UTC)
    # STS has fifteen minutes whatever X-Amz-Expires says (reference: aws-sdk-go#2167).
    fresh = wire.presign(service, WHO, user, expires=1, at=now - datetime.timedelta(seconds=800))
    assert presigned(service, fresh).status == 200
    stale = wire.presign(service, WHO, user, expires=604_800, at=now - datetime.timedelta(seconds=1000))
    assert presigned(service, stale).refusal[2].startswith("Signature expired: ")


def test_keys_that_were_deactivated_or_deleted(service, account):
    credentials = account.user("leaver", ALL)
    assert who(service, credentials).status == 200
    account.iam.update_access_key(UserName="leaver", AccessKeyId=credentials.id, Status="Inactive")
    assert who(service, credentials).refusal == INVALID
    account.iam.update_access_key(UserName="leaver", AccessKeyId=credentials.id, Status="Active")
    assert who(service, credentials).status == 200
    account.iam.delete_access_key(UserName="leaver", AccessKeyId=credentials.id)
    assert who(service, credentials).refusal == INVALID


def test_a_role_that_is_made_anew_is_another_one(service, account, registered, token):
    """Sessions hold the role's unique id: whoever takes over its name takes over no session."""
    arn = account.role("phoenix", federated(registered))
    session = account.session(arn, token)
    assert who(service, session).status == 200
    account.iam.delete_role(RoleName="phoenix")
    assert who(service, session).refusal == INVALID
    account.role("phoenix", federated(registered), policy=ALL)
    assert who(service, session).refusal == INVALID
    assert who(service, account.session(arn, token)).status == 200


def test_policies_of_the_session_are_enforced(service, account, role, registered, token):
    reader = account.role(
        "reader",
        federated(registered),
        policy={"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "iam:Get*", "Resource": "*"}},
    )
    session = account.session(reader, token)
    assert wire.call(service, "GetRole", {"RoleName": "reader"}, session, api="iam").status == 200
    refused = wire.call(service, "ListRoles", {}, session, api="iam").refusal
    assert refused == (
        403,
        "AccessDenied",
        "User: arn:aws:sts::111122223333:assumed-role/reader/e2e is not authorized to perform: iam:ListRoles on resource: arn:aws:iam::111122223333:role/ because no identity-based policy allows the iam:ListRoles action",
    )
    limited = account.session(
        role,
        token,
        Policy='{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"iam:ListRoles","Resource":"*"}]}',
    )
    assert wire.call(service, "ListRoles", {}, limited, api="iam").status == 200
    refused = wire.call(service, "ListUsers", {}, limited, api="iam").refusal
    assert refused[1] == "AccessDenied" and refused[2].endswith(
        "because no session policy allows the iam:ListUsers action"
    )
    by_arn = account.session(role, token, PolicyArns=[{"arn": "arn:aws:iam::aws:policy/IAMReadOnlyAccess"}])
    assert wire.call(service, "ListUsers", {}, by_arn, api="iam").status == 200
    assert wire.call(service, "CreateUser", {"UserName": "never"}, by_arn, api="iam").code == "AccessDenied"


def test_a_signed_exchange_is_verified_too(service, role, token, user):
    """The one call that needs no signature: if there is one all the same, it must be right (reference: aws-sdk-go threads)."""
    parameters = {"RoleArn": role, "RoleSessionName": "e2e", "WebIdentityToken": token}
    answer = wire.call(service, "AssumeRoleWithWebIdentity", parameters, user)
    assert answer.status == 200
    Credentials.issued(
        {"Credentials": {name: answer.element(name) for name in ("AccessKeyId", "SecretAccessKey", "SessionToken")}}
    )
    wrong = Credentials(user.id, "0" * 40)
    assert wire.call(service, "AssumeRoleWithWebIdentity", parameters, wrong).refusal == SIGNATURE
    assert (
        wire.call(service, "AssumeRoleWithWebIdentity", parameters, Credentials("AKIAIOSFODNN7EXAMPLE", "x")).refusal
        == INVALID
    )


def test_requests_that_are_no_calls(service):
    undetermined = "<AccessDeniedException>\n  <Message>Unable to determine service/operation name to be authorized</Message>\n</AccessDeniedException>\n"
    for path in ("/", "/?Action=NoSuchThing&Version=2011-06-15", "/elsewhere"):
        answer = wire.send(service, "GET", path)
        assert answer.status == 403 and answer.text == undetermined, (path, answer.text)


NOT_OFFERED = {
    "AssumeRoot": {
        "TargetPrincipal": "444455556666",
        "TaskPolicyArn.arn": "arn:aws:iam::aws:policy/root-task/IAMAuditRootUserCredentials",
    },
    "DecodeAuthorizationMessage": {"EncodedMessage": "x"},
    "GetWebIdentityToken": {"Audience.member.1": "x", "SigningAlgorithm": "RS256"},
    "AssumeRoleWithSAML": {
        "RoleArn": "arn:aws:iam::111122223333:role/x",
        "PrincipalArn": "arn:aws:iam::111122223333:saml-provider/x",
        "SAMLAssertion": "PHg+",
    },
}


@pytest.mark.parametrize("operation, parameters", NOT_OFFERED.items(), ids=NOT_OFFERED)
def test_what_is_not_offered_says_so(service, user, operation, parameters):
    sentence = f"{operation} is not offered by this service; see docs/differences.md for what is and why."
    assert wire.call(service, operation, parameters, user).refusal == (400, "InvalidAction", sentence)
