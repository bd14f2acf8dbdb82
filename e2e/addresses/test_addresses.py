"""An issuer that is registered cannot lead the service to this machine, its networks or a cloud's metadata."""

import itertools

import pytest
from conftest import FORBIDDEN, PUBLIC, PUBLIC_V6

from rigs import clients, forge
from rigs.account import federated
from rigs.issuer import Issuer

KEY = (
    400,
    "InvalidIdentityToken",
    "Couldn't retrieve verification key from your identity provider,  please reference AssumeRoleWithWebIdentity documentation for requirements",
)
UNREACHABLE = (
    400,
    "OpenIdIdpCommunicationError",
    "The request failed because IAM cannot connect to the OpenID Connect identity provider URL.",
)
numbers = itertools.count()


def exchange(account, issuer, url, key):
    """Registers an issuer with the thumbprint that would admit it, and exchanges a token of it."""
    arn = account.provider(url, issuer.thumbprint)
    role = account.role(f"role-{next(numbers)}", federated(arn))
    try:
        return account.exchange(role, forge.signed(key, {}, forge.claims(url)))
    finally:
        # An account may have a hundred.
        account.iam.delete_open_id_connect_provider(OpenIDConnectProviderArn=arn)


def test_a_public_issuer_is_reached(strict, issuer, key, trap):
    """The control for all that follows, and: no proxy of the environment is used."""
    url = issuer.serve("/public", [forge.public(key)])
    assert exchange(strict, issuer, url, key)["SubjectFromWebIdentityToken"] == "alice"
    assert trap == []


def test_a_public_issuer_is_reached_over_ipv6(strict, issuer, key, names):
    six = Issuer6(issuer)
    url = six.serve("/six", [forge.public(key)])
    assert exchange(strict, issuer, url, key)["SubjectFromWebIdentityToken"] == "alice"


def Issuer6(issuer):
    import http.server
    import socket

    http.server.ThreadingHTTPServer.address_family = socket.AF_INET6
    try:
        return Issuer((PUBLIC_V6, 443), certificate=issuer.files, name="six.example")
    finally:
        http.server.ThreadingHTTPServer.address_family = socket.AF_INET


def test_redirects_to_public_addresses_are_followed(strict, issuer, key, trap):
    url = issuer.serve("/moved", [forge.public(key)], jwks_uri=f"{issuer.url}/moved/old-keys")
    issuer.redirect("/moved/old-keys", "https://keys.example/moved/keys")
    assert exchange(strict, issuer, url, key)["SubjectFromWebIdentityToken"] == "alice"
    assert trap == []


# Hosts that are this machine or near it, in the notations that parsers have been fooled by, and names that resolve there.
HOSTS = [
    "localhost",
    "127.0.0.1",
    "127.1",
    "2130706433",
    "0x7f000001",
    "0177.0.0.1",
    "0.0.0.0",
    "10.0.0.1",
    "192.168.0.1",
    "169.254.169.254",
    "100.100.100.200",
    "168.63.129.16",
    "localhost.",
    "127.0.0.1.",
]
NAMED = {
    "loopback": ["127.0.0.1"],
    "any": ["0.0.0.0"],
    "private": ["10.0.0.1"],
    "carrier": ["100.64.0.1"],
    "metadata": ["169.254.169.254"],
    "loopback-six": ["::1"],
    "mapped": ["::ffff:127.0.0.1"],
    "mapped-metadata": ["::ffff:169.254.169.254"],
    "compatible": ["::127.0.0.1"],
    "nat64": ["64:ff9b::7f00:1"],
    "six-to-four": ["2002:7f00:1::"],
    "unique-local": ["fd12::1"],
    "metadata-six": ["fd00:ec2::254"],
    "link-local": ["fe80::1"],
}


@pytest.mark.parametrize("host", [*HOSTS, *(f"{name}.near.example" for name in NAMED)])
def test_hosts_that_are_not_public(strict, issuer, key, names, trap, host):
    names.names |= {f"{name}.near.example": [addresses] for name, addresses in NAMED.items()}
    url = f"https://{host}/id"
    # With a thumbprint nobody is asked at creation; without one, IAM would have to ask.
    assert clients.refusal(lambda: exchange(strict, issuer, url, key)) == KEY
    other = f"https://{host}/without-thumbprint"
    create = lambda: strict.iam.create_open_id_connect_provider(Url=other, ClientIDList=["sts.amazonaws.com"])
    assert clients.refusal(create) == UNREACHABLE
    assert trap == []


def test_urls_that_cannot_be_registered(strict):
    for url in (
        "https://issuer.example:8443",
        "http://issuer.example",
        "https://[::1]",
        "https://user@issuer.example",
        "https://issuer.example?x=y",
        "file:///etc/passwd",
    ):
        create = lambda: strict.iam.create_open_id_connect_provider(
            Url=url, ClientIDList=["x"], ThumbprintList=["0" * 40]
        )
        assert clients.refusal(create)[:2] == (400, "ValidationError"), url


TARGETS = [
    *(f"https://{f'[{address}]' if ':' in address else address}/keys" for address in FORBIDDEN),
    "http://169.254.169.254/latest/meta-data/iam/security-credentials/",
    "https://localhost/keys",
    "https://loopback.near.example/keys",
    "https://mapped.near.example/keys",
    "https://[::ffff:127.0.0.1]/keys",
    "https://[::ffff:7f00:1]/keys",
    "https://127.0.0.1@issuer.example/keys",
    "https://issuer.example@127.0.0.1/keys",
    "https://issuer.example:8443/keys",
    "http://issuer.example/keys",
    "http://127.0.0.1/keys",
    "//127.0.0.1/keys",
    "\\\\127.0.0.1\\keys",
    "file:///etc/passwd",
    "gopher://127.0.0.1:6379/_INFO",
    "data:application/json,{}",
]


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("way", ["jwks_uri", "discovery redirects", "keys redirect"])
def test_places_that_an_issuer_must_not_lead_to(strict, issuer, key, names, trap, target, way):
    names.names |= {f"{name}.near.example": [addresses] for name, addresses in NAMED.items()}
    path = f"/lead/{next(numbers)}"
    url = issuer.serve(path, [forge.public(key)], **({"jwks_uri": target} if way == "jwks_uri" else {}))
    if way != "jwks_uri":
        issuer.redirect(
            f"{path}/{'.well-known/openid-configuration' if way.startswith('discovery') else 'keys'}", target
        )
    assert clients.refusal(lambda: exchange(strict, issuer, url, key)) == KEY
    assert trap == []


def test_a_redirect_in_a_circle_ends(strict, issuer, key):
    url = issuer.serve("/circle", [forge.public(key)])
    issuer.redirect("/circle/keys", f"{issuer.url}/circle/keys")
    assert clients.refusal(lambda: exchange(strict, issuer, url, key)) == KEY
    assert issuer.count("/circle/keys") <= 7


def test_a_name_that_is_rebound_between_two_connections(strict, issuer, key, names, trap):
    """Public for the discovery document, this machine for the keys: each connection goes to an address that was checked."""
    issuer.serve("/rebound", [forge.public(key)])
    url = "https://rebound.example/rebound"
    issuer.put("/rebound/.well-known/openid-configuration", {"issuer": url, "jwks_uri": f"{url}/keys"})
    names.names["rebound.example"] = [[PUBLIC], ["127.0.0.1"]]
    assert clients.refusal(lambda: exchange(strict, issuer, url, key)) == KEY
    assert names.asked.count("rebound.example") >= 2, "the keys came by a connection of their own"
    assert trap == []


def test_a_name_that_is_rebound_between_check_and_connection(strict, issuer, key, names, trap):
    """One look-up for each connection: what was checked is what is connected to."""
    url = "https://rebound-at-once.example/at-once"
    for turn, answers in enumerate(([[PUBLIC], ["127.0.0.1"]], [["127.0.0.1"], [PUBLIC]])):
        names.names["rebound-at-once.example"] = answers
        names.asked.clear()
        issuer.put(
            f"/at-once/{turn}/.well-known/openid-configuration",
            {"issuer": f"{url}/{turn}", "jwks_uri": f"{issuer.url}/at-once/{turn}/keys"},
        )
        issuer.put(f"/at-once/{turn}/keys", {"keys": [forge.public(key)]})
        ask = lambda: exchange(strict, issuer, f"{url}/{turn}", key)
        if turn == 0:
            assert ask()["SubjectFromWebIdentityToken"] == "alice"
            assert names.asked.count("rebound-at-once.example") == 1
        else:
            assert clients.refusal(ask) == KEY
        assert trap == []


@pytest.mark.parametrize("addresses", [[PUBLIC, "127.0.0.1"], ["127.0.0.1", PUBLIC], ["::1", PUBLIC]])
def test_a_name_with_public_and_other_addresses(strict, issuer, key, names, trap, addresses):
    names.names["both.example"] = [addresses]
    path = f"/both/{next(numbers)}"
    issuer.put(
        f"{path}/.well-known/openid-configuration",
        {"issuer": f"https://both.example{path}", "jwks_uri": f"{issuer.url}{path}/keys"},
    )
    issuer.put(f"{path}/keys", {"keys": [forge.public(key)]})
    try:
        exchange(strict, issuer, f"https://both.example{path}", key)
    except Exception as error:
        assert KEY[2] in str(error)
    assert trap == []


METADATA = ["169.254.169.254", "100.100.100.200", "168.63.129.16", "[fd00:ec2::254]", "[fe80::1]"]


@pytest.mark.parametrize("host", METADATA)
def test_metadata_stays_out_of_reach_where_local_issuers_are_allowed(local, issuer, key, trap, host):
    for scheme in ("https", "http"):
        path = f"/lead/{next(numbers)}"
        url = issuer.serve(path, [forge.public(key)], jwks_uri=f"{scheme}://{host}/latest/meta-data/")
        assert clients.refusal(lambda: exchange(local, issuer, url, key)) == KEY
    assert trap == []


def test_the_log_tells_the_operator_why(strict, issuer, key, names):
    names.names["loopback.near.example"] = [["127.0.0.1"]]
    assert clients.refusal(lambda: exchange(strict, issuer, "https://loopback.near.example/why", key)) == KEY
    assert "loopback" in strict.service.said() and "the issuer's keys cannot be had" in strict.service.said()


def test_a_slow_issuer_delays_nobody_else(strict, issuer, key):
    """Many who wait for one issuer share its one request; others are answered meanwhile; five seconds end it."""
    import concurrent.futures
    import time

    url = issuer.serve("/slow", [forge.public(key)])
    issuer.slow("/slow/keys", 30)
    arn = strict.provider(url, issuer.thumbprint)
    role = strict.role("slow", federated(arn))
    fast = issuer.serve("/fast", [forge.public(key)])
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        began = time.monotonic()
        waiting = [
            pool.submit(clients.refusal, lambda: strict.exchange(role, forge.signed(key, {}, forge.claims(url))))
            for _ in range(7)
        ]
        exchange(strict, issuer, fast, key)
        assert not any(one.done() for one in waiting), "the fast issuer was waited for"
        assert [one.result() for one in waiting] == [KEY] * 7
        assert 4 < time.monotonic() - began < 15
    assert issuer.count("/slow/keys") == 1
