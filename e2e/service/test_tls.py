"""TLS with a certificate that the service makes, and with one that it is given: every client, and what must not work."""

import socket
import ssl

import pytest

from rigs import clients, forge, wire
from rigs.account import ALL, Account, federated
from rigs.issuer import Issuer, certificate


@pytest.fixture(scope="module")
def world(services, tmp_path_factory):
    """A service with a certificate of its own, and a web identity for its clients."""
    service = services("tls", "--allow-local-issuers", tls=True)
    account, issuer, key = Account(service), Issuer(), forge.new_key("ES256", "told")
    url = issuer.serve("", [forge.public(key)])
    role = account.role("web", federated(account.provider(url)), policy=ALL)
    file = tmp_path_factory.mktemp("tls") / "token"
    file.write_text(forge.signed(key, {}, forge.claims(url)))
    return service, account, role, file


@pytest.mark.parametrize("client", [*clients.CLIS, "boto3", "js", "rust"])
def test_web_identity_over_tls(world, client):
    service, _, role, file = world
    assert service.url.startswith("https://")
    ask = clients.who_am_i(clients.web_identity(service, role, file))[client]
    assert ask() == "arn:aws:sts::111122223333:assumed-role/web/e2e"


def test_a_client_that_does_not_trust_the_certificate_stays_away(world):
    service, account, *_ = world
    environment = clients.environment(service, account.root)
    del environment["AWS_CA_BUNDLE"]
    refused = clients.cli(clients.CLIS["awscli-2"], environment, "sts", "get-caller-identity", fails=True)
    assert "SSL validation failed" in refused or "certificate verify failed" in refused


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_versions(world):
    service, *_ = world
    for version, admitted in (
        (ssl.TLSVersion.TLSv1_1, False),
        (ssl.TLSVersion.TLSv1_2, True),
        (ssl.TLSVersion.TLSv1_3, True),
    ):
        context = ssl.create_default_context(cafile=service.certificate)
        context.set_ciphers("ALL:@SECLEVEL=0")
        context.minimum_version = context.maximum_version = version
        try:
            with (
                socket.create_connection((service.host, service.port)) as plain,
                context.wrap_socket(plain, server_hostname=service.host),
            ):
                assert admitted, version
        except (ssl.SSLError, ConnectionError):
            assert not admitted, version


def test_plain_http_is_not_answered_on_a_port_with_tls(world):
    service, *_ = world
    with socket.create_connection((service.host, service.port), timeout=15) as plain:
        plain.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
        assert b"HTTP/1.1 200" not in plain.recv(1024)


def test_the_record_tells_what_protected_the_call(world):
    service, account, *_ = world
    answer = wire.call(service, "GetCallerIdentity", {}, account.root)
    record = next(record for record in service.records() if record["requestID"] == answer.request_id)
    assert record["tlsDetails"]["tlsVersion"] == "TLSv1.3" and record["tlsDetails"]["cipherSuite"].startswith("TLS")
    assert record["tlsDetails"]["clientProvidedHostHeader"] == f"{service.host}:{service.port}"


def test_its_private_key_is_for_its_owner_alone(world):
    service, *_ = world
    keys = [file for file in service.data.iterdir() if file.is_file() and b"PRIVATE KEY" in file.read_bytes()]
    assert [file.stat().st_mode & 0o777 for file in keys] == [0o600]


def test_the_certificate_stays_over_a_restart(world):
    service, account, *_ = world
    before = service.certificate.read_text()
    assert service.stop() == 0
    service.start()
    assert service.certificate.read_text() == before
    assert wire.call(service, "GetCallerIdentity", {}, account.root).status == 200


def test_a_certificate_that_is_given(services, run_folder):
    (cert, key), _ = certificate(run_folder, "127.0.0.1", stem="given")
    service = services("given", "--tls-cert", str(cert), "--tls-key", str(key), tls=cert)
    context = ssl.create_default_context(cafile=cert)
    with (
        socket.create_connection((service.host, service.port)) as plain,
        context.wrap_socket(plain, server_hostname="127.0.0.1") as tls,
    ):
        assert tls.getpeercert()["subject"] == ((("commonName", "127.0.0.1"),),)
