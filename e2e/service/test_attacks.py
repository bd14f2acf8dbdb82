"""Tokens that somebody makes who has no key of the issuer's: each a way that a verifier has fallen for before."""

import base64
import hashlib
import hmac
import json

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from test_refusals import DENIED, KEY, NOT_A_JWT, SIGNATURE, exchange, forged, granted  # noqa: F401

from rigs import forge, wire
from rigs.account import federated


@pytest.fixture(scope="module")
def stranger():
    return forge.new_key("RS256", "stranger")


def public_forms(key):
    """The provider's public RSA key as the byte strings that a confused verifier may take for an HMAC secret."""
    public = forge.ALGORITHMS["RS256"].from_jwk(json.dumps(forge.public(key)))
    encoding, form = serialization.Encoding, serialization.PublicFormat
    return {
        "PEM": public.public_bytes(encoding.PEM, form.SubjectPublicKeyInfo),
        "PEM without its last line end": public.public_bytes(encoding.PEM, form.SubjectPublicKeyInfo).rstrip(),
        "PKCS1 PEM": public.public_bytes(encoding.PEM, form.PKCS1),
        "DER": public.public_bytes(encoding.DER, form.SubjectPublicKeyInfo),
        "JWK": json.dumps(forge.public(key)).encode(),
        "modulus": base64.urlsafe_b64decode(key["n"] + "=="),
        "nothing": b"",
    }


@pytest.mark.parametrize("name", ["none", "None", "NONE", "nOnE", ""])
def test_no_signature_by_no_algorithm(exchange, provider, name):
    payload = forge.part(forge.claims(provider.issuer))
    honest = provider.token("alice").rsplit(".", 1)[-1] if name == "none" else "AAAA"
    for signature in ("", honest):
        header = {"alg": name, "kid": provider.private_key()["kid"]}
        assert exchange(f"{forge.part(header)}.{payload}.{signature}").refusal == NOT_A_JWT


@pytest.mark.parametrize("algorithm", ["HS256", "HS384", "HS512"])
def test_hmac_with_the_public_key(exchange, provider, algorithm):
    key = provider.private_key()
    for form, secret in public_forms(key).items():
        body = f"{forge.part({'alg': algorithm, 'kid': key['kid'], 'typ': 'JWT'})}.{forge.part(forge.claims(provider.issuer))}"
        signature = hmac.new(secret, body.encode(), getattr(hashlib, f"sha{algorithm[2:]}")).digest()
        assert exchange(f"{body}.{forge.part(signature)}").refusal == NOT_A_JWT, form


@pytest.mark.parametrize(
    "algorithm",
    ["PS256", "PS384", "PS512", "EdDSA", "ES256K", "rs256", "RS1", "RSA-OAEP", "RS256 ", ["RS256"], 5, None],
)
def test_algorithms_that_sts_does_not_take(exchange, provider, algorithm):
    key, signer = provider.private_key(), "PS256" if algorithm == "PS256" else "RS256"
    header = {"kid": key["kid"]} | ({} if algorithm is None else {"alg": algorithm})
    assert exchange(forge.sealed(key, header, forge.claims(provider.issuer), signer)).refusal == NOT_A_JWT


MIXED = {"RS256": "ES256", "RS384": "RS256", "RS512": "RS256", "ES256": "RS256", "ES384": "ES256", "ES512": "ES256"}


@pytest.mark.parametrize("claimed, of", MIXED.items())
def test_a_header_that_names_another_algorithm_than_the_keys(exchange, provider, claimed, of):
    """The key decides what it is for, not the token."""
    key = provider.private_key(of)
    header = {"alg": claimed, "kid": key["kid"]}
    assert exchange(forge.sealed(key, header, forge.claims(provider.issuer), of)).refusal in (KEY, SIGNATURE)


def test_a_key_of_ones_own_behind_the_providers_key_id(exchange, provider, stranger):
    header = {"kid": provider.private_key()["kid"]}
    assert exchange(forge.signed(stranger, header, forge.claims(provider.issuer))).refusal == SIGNATURE


HEADERS = {
    "jwk": lambda key, url: {"jwk": forge.public(key)},
    "jku": lambda key, url: {"jku": f"{url}/keys"},
    "x5u": lambda key, url: {"x5u": f"{url}/certificate"},
    "x5c": lambda key, url: {"x5c": [base64.b64encode(b"certificate").decode()]},
    "jku and jwk": lambda key, url: {"jku": f"{url}/keys", "jwk": forge.public(key)},
    "a URL for a key id": lambda key, url: {"kid": f"{url}/keys"},
    "a path for a key id": lambda key, url: {"kid": "../../../../../../dev/null"},
    "SQL for a key id": lambda key, url: {"kid": "x' UNION SELECT 'key"},
    "a list for a key id": lambda key, url: {"kid": [key["kid"]]},
    "no key id": lambda key, url: {"kid": None},
    "an empty key id": lambda key, url: {"kid": ""},
    "an extension that must be understood": lambda key, url: {"crit": ["exp"], "exp": 0},
}


@pytest.mark.parametrize("of", ["the stranger's key id", "the provider's key id"])
@pytest.mark.parametrize("change", HEADERS.values(), ids=HEADERS)
def test_a_header_that_brings_or_names_its_own_key(exchange, provider, issuer, stranger, change, of):
    issuer.serve("", [forge.public(stranger)])
    issuer.put("/certificate", b"-----BEGIN CERTIFICATE-----")
    header = {} if of.startswith("the stranger") else {"kid": provider.private_key()["kid"]}
    before = len(issuer.requests)
    token = forge.signed(stranger, header | change(stranger, issuer.url), forge.claims(provider.issuer))
    assert exchange(token).refusal in (KEY, SIGNATURE, NOT_A_JWT)
    assert len(issuer.requests) == before, "nothing that a token names is fetched"


def test_an_honest_key_does_not_excuse_a_critical_extension(exchange, forged):
    """RFC 7515 §4.1.11: who does not understand an extension that is critical must refuse the token."""
    assert not granted(exchange(forged({"crit": ["b64"], "b64": False})))
    assert not granted(exchange(forged({"crit": ["urn:example:policy"], "urn:example:policy": 1})))


def test_altered_claims(exchange, provider, token):
    header, payload, signature = token.split(".")
    claims = json.loads(base64.urlsafe_b64decode(payload + "=="))
    changes = (
        {"sub": "root"},
        {"exp": claims["exp"] + 1},
        {"aud": "web-app"},
        {"azp": "web-app"},
        {"https://aws.amazon.com/source_identity": "x"},
    )
    for change in changes:
        assert exchange(f"{header}.{forge.part(claims | change)}.{signature}").refusal == SIGNATURE
    other_header = forge.part({"alg": "RS256", "kid": provider.private_key()["kid"], "x": 1})
    assert exchange(f"{other_header}.{payload}.{signature}").refusal == SIGNATURE


def test_stripped_and_mangled_signatures(exchange, provider, token):
    body, _, signature = token.rpartition(".")
    raw = base64.urlsafe_b64decode(signature + "==")
    table = {
        "stripped": b"",
        "one byte": b"\0",
        "a byte less": raw[:-1],
        "a byte more": raw + b"\0",
        "zeros": bytes(len(raw)),
        "ones": b"\xff" * len(raw),
        "first bit": bytes([raw[0] ^ 0x80]) + raw[1:],
        "last bit": raw[:-1] + bytes([raw[-1] ^ 1]),
        "long": raw * 20,
    }
    for name, changed in table.items():
        assert exchange(f"{body}.{forge.part(changed)}").refusal == SIGNATURE, name
    assert exchange(f"{body}.").refusal == SIGNATURE
    assert exchange(body).refusal == NOT_A_JWT


def test_elliptic_signatures_of_zeros_and_in_der(exchange, provider):
    """r = s = 0 verified in one platform's library once (CVE-2022-21449); JOSE wants both numbers raw, not DER."""
    key = provider.private_key("ES256")
    body = f"{forge.part({'alg': 'ES256', 'kid': key['kid']})}.{forge.part(forge.claims(provider.issuer, aud='web-app'))}"
    private = forge.ALGORITHMS["ES256"].from_jwk(json.dumps(key))
    der = private.sign(body.encode(), ec.ECDSA(hashes.SHA256()))
    order = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551.to_bytes(32, "big")
    for signature in (bytes(64), bytes(32) + b"\1" + bytes(31), order + order, der, bytes(63), bytes(65), b""):
        assert exchange(f"{body}.{forge.part(signature)}").refusal == SIGNATURE


def test_nested_tokens(exchange, forged, provider):
    inner = forged()
    key = provider.private_key()
    assert exchange(forge.signed(key, {"cty": "JWT"}, inner.encode())).refusal == NOT_A_JWT
    assert exchange(forge.signed(key, {"cty": "JWT"}, json.dumps(inner).encode())).refusal == NOT_A_JWT


def deep(levels):
    return b'{"x":' * levels + b"1" + b"}" * levels


def test_oversized_and_deep_tokens(service, exchange, forged, provider):
    key = provider.private_key()
    fits = forged(padding="x" * 14_000)
    assert len(fits) < 20_000 and granted(exchange(fits)) == "alice"
    long = forged(padding="x" * 15_500)
    assert len(long) > 20_000
    status, code, sentence = exchange(long).refusal
    assert (status, code) == (400, "ValidationError")
    assert (
        sentence
        == "1 validation error detected: Value at 'webIdentityToken' failed to satisfy constraint: Member must have length less than or equal to 20000"
    )
    for levels in (200, 2_400):
        assert exchange(forge.signed(key, {}, deep(levels))).status == 400
    assert exchange(forge.signed(key, {"x": json.loads(deep(100))}, forge.claims(provider.issuer))).status in (
        200,
        400,
    )
    assert wire.send(service, "POST", "/", {"Content-Type": wire.FORM}, b"x=" + b"y" * 2_000_000).status == 413
    assert wire.send(service, "GET", "/healthz").status == 200


def test_key_sets_with_two_keys_of_one_id(account, issuer, exchange, key):
    """The first one counts, whichever signed: a second key under a known id must not become another way in."""
    second = forge.new_key("RS256", key["kid"])
    url = issuer.serve("/twice", [forge.public(key), forge.public(second)])
    role = account.role("twice", federated(account.provider(url)))
    assert granted(exchange(forge.signed(key, {}, forge.claims(url)), RoleArn=role)) == "alice"
    assert exchange(forge.signed(second, {}, forge.claims(url)), RoleArn=role).refusal == SIGNATURE


def key_sets(key):
    public = forge.public(key)
    short = forge.public(forge.new_key("RS256", key["kid"], 1024))
    return {
        "key": ([public], True),
        "none": ([], False),
        "encryption": ([public | {"use": "enc"}], False),
        "another-algorithm": ([public | {"alg": "RS512"}], False),
        "without-key-id": ([{name: value for name, value in public.items() if name != "kid"}], False),
        "symmetric": ([{"kty": "oct", "kid": key["kid"], "k": "AAAA"}], False),
        "hundred-and-one": ([public] + [public | {"kid": f"k{number}"} for number in range(100)], False),
        "hundred": ([public] + [public | {"kid": f"k{number}"} for number in range(99)], True),
        "exponent-one": ([public | {"e": "AQ"}], False),
        "modulus-short": ([short], False),
        "modulus-even": ([public | {"n": forge.part(b"\xff" * 255 + b"\0")}], False),
    }


def test_key_sets_that_do_not_have_the_key(account, issuer, exchange, key):
    for name, (keys, admits) in key_sets(key).items():
        url = issuer.serve(f"/sets/{name}", keys)
        role = account.role(f"set-{name}", federated(account.provider(url)))
        answer = exchange(forge.signed(key, {}, forge.claims(url)), RoleArn=role)
        assert (granted(answer) == "alice") if admits else answer.refusal in (KEY, SIGNATURE), (name, answer.text)


def test_a_short_key_that_signs_is_refused(account, issuer, exchange):
    weak = forge.new_key("RS256", "weak", 1024)
    url = issuer.serve("/weak", [forge.public(weak)])
    role = account.role("weak", federated(account.provider(url)))
    assert exchange(forge.signed(weak, {}, forge.claims(url)), RoleArn=role).refusal == KEY


def test_discovery_documents_that_are_wrong(account, issuer, exchange, key):
    keys = [forge.public(key)]
    table = {
        "another-issuer": lambda path: issuer.serve(path, keys, issuer="https://honest.example.com"),
        "no-keys": lambda path: issuer.serve(path, keys, jwks_uri=None),
        "not-json": lambda path: (
            issuer.serve(path, keys),
            issuer.put(f"{path}/.well-known/openid-configuration", b"<html>"),
        )[0],
        "list": lambda path: (issuer.serve(path, keys), issuer.put(f"{path}/keys", keys))[0],
        "error": lambda path: (issuer.serve(path, keys), issuer.put(f"{path}/keys", {"keys": keys}, status=500))[0],
        "huge": lambda path: (
            issuer.serve(path, keys),
            issuer.put(f"{path}/keys", {"keys": keys, "x": "y" * 3_000_000}),
        )[0],
    }
    for name, make in table.items():
        url = make(f"/wrong/{name}")
        role = account.role(f"wrong-{name}", federated(account.provider(url)))
        assert exchange(forge.signed(key, {}, forge.claims(url)), RoleArn=role).refusal == KEY, name


def test_a_provider_of_another_account(exchange, account, other, forged, provider, registered):
    """A provider is looked for in the role's account alone, and a trust policy's provider must be of that account."""
    elsewhere = other.role("elsewhere", federated(registered))
    sentence = f"No OpenIDConnect provider found in your account for {provider.issuer}"
    assert exchange(forged(), RoleArn=elsewhere).refusal == (400, "InvalidIdentityToken", sentence)
    other.provider(provider.issuer, provider.thumbprint())
    assert exchange(forged(), RoleArn=elsewhere).refusal == DENIED
    for wrong in (
        elsewhere.replace("444455556666", "111122223333"),
        elsewhere.replace("444455556666", "999999999999"),
    ):
        assert not granted(exchange(forged(), RoleArn=wrong))


def test_thumbprints_of_another_account_do_not_count(exchange, account, other, forged, provider, registered):
    """Keys that one account trusts by its thumbprint are none for an account with another thumbprint."""
    arn = registered.replace("111122223333", "444455556666")
    other.iam.update_open_id_connect_provider_thumbprint(OpenIDConnectProviderArn=arn, ThumbprintList=["f" * 40])
    role = other.role("by-thumbprint", federated(arn))
    assert "thumbprint" in exchange(forged(), RoleArn=role).refusal[2]
    other.iam.update_open_id_connect_provider_thumbprint(
        OpenIDConnectProviderArn=arn, ThumbprintList=[provider.thumbprint()]
    )
    assert granted(exchange(forged(), RoleArn=role)) == "alice"


def test_strangers_make_nobody_fetch(account, issuer, exchange, key):
    """No request leaves for an issuer that is not registered, or for an audience that is not."""
    url = issuer.serve("/quiet", [forge.public(key)])
    role = account.role("quiet", federated("arn:aws:iam::111122223333:oidc-provider/quiet.example.com"))
    before = len(issuer.requests)
    assert (
        "No OpenIDConnect provider found"
        in exchange(forge.signed(key, {}, forge.claims(url)), RoleArn=role).refusal[2]
    )
    account.provider(url)
    assert (
        exchange(forge.signed(key, {}, forge.claims(url, aud="elsewhere")), RoleArn=role).refusal[2]
        == "Incorrect token audience"
    )
    assert exchange(forge.signed(key, {"alg": "HS256"}, forge.claims(url)), RoleArn=role).refusal == NOT_A_JWT
    assert len(issuer.requests) == before


def test_unknown_key_ids_do_not_make_a_flood(account, issuer, exchange, key, stranger):
    url = issuer.serve("/flood", [forge.public(key)])
    role = account.role("flood", federated(account.provider(url)))
    assert granted(exchange(forge.signed(key, {}, forge.claims(url)), RoleArn=role)) == "alice"
    for number in range(20):
        assert exchange(forge.signed(stranger, {"kid": f"k{number}"}, forge.claims(url)), RoleArn=role).refusal == KEY
    assert issuer.count("/flood/keys") <= 4
