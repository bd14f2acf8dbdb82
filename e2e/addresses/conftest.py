"""The network of this suite: addresses on loopback, names, an issuer at a public address, traps everywhere else."""

import pathlib
import socket
import subprocess
import threading

import pytest

from rigs import forge
from rigs.account import Account
from rigs.dns import Names
from rigs.issuer import Issuer, certificate
from rigs.service import Service

PUBLIC, PUBLIC_V6 = "203.0.115.1", "2a00:1450:4001::1"
# What an issuer must not lead to: this machine, networks around it, the metadata services of clouds.
FORBIDDEN = [
    "127.0.0.1",
    "::1",
    "10.0.0.1",
    "172.16.0.1",
    "192.168.0.1",
    "100.64.0.1",
    "169.254.169.254",
    "100.100.100.200",
    "168.63.129.16",
    "fd00:ec2::254",
    "fe80::1",
    "fd12::1",
]
ISSUER_NAMES = [
    "issuer.example",
    "keys.example",
    "rebound.example",
    "rebound-at-once.example",
    "both.example",
    "six.example",
]


@pytest.fixture(scope="session")
def network(tmp_path_factory):
    def ip(*arguments):
        subprocess.run(["ip", *arguments], check=True, timeout=10)

    folder = tmp_path_factory.mktemp("etc")
    ip("link", "set", "lo", "up")
    for address in [PUBLIC, PUBLIC_V6, *FORBIDDEN]:
        if address not in ("127.0.0.1", "::1"):
            family = ("-6",) if ":" in address else ()
            ip(*family, "addr", "add", address, "dev", "lo", *(("nodad",) if family else ()))
    files = {
        "resolv.conf": "nameserver 127.0.0.53\n",
        "hosts": "127.0.0.1 localhost\n",
        "nsswitch.conf": "hosts: files dns\n",
    }
    for name, text in files.items():
        (folder / name).write_text(text)
        target = pathlib.Path("/etc", name).resolve()
        if target.exists():
            subprocess.run(["mount", "--bind", folder / name, target], check=True, timeout=10)
    return Names()


@pytest.fixture(scope="session")
def names(network):
    network.names |= {name: [[PUBLIC]] for name in ISSUER_NAMES}
    network.names["six.example"] = [[PUBLIC_V6]]
    return network


@pytest.fixture(scope="session")
def trap(network):
    """Listens at every forbidden address, ports 443 and 80; what arrives is noted."""
    arrived = []

    def listen(address, port):
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        listener = socket.socket(family, socket.SOCK_STREAM)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        scope = socket.if_nametoindex("lo") if address.startswith("fe80") else 0
        listener.bind((address, port, 0, scope) if family == socket.AF_INET6 else (address, port))
        listener.listen()

        def accept():
            while True:
                connection, _ = listener.accept()
                arrived.append((address, port))
                connection.close()

        threading.Thread(target=accept, daemon=True).start()

    for address in FORBIDDEN:
        for port in (443, 80):
            listen(address, port)
    return arrived


@pytest.fixture(scope="session")
def issuer(names, tmp_path_factory):
    """At public addresses, port 443, for its names; `.thumbprint` is what registers it."""
    folder = tmp_path_factory.mktemp("issuer")
    files, thumbprint = certificate(folder, *ISSUER_NAMES, PUBLIC)
    issuer = Issuer((PUBLIC, 443), certificate=files, name="issuer.example")
    issuer.thumbprint, issuer.files = thumbprint, files
    return issuer


@pytest.fixture(scope="session")
def key():
    return forge.new_key("ES256", "told")


@pytest.fixture(scope="session")
def start(tmp_path_factory, network):
    """Starts a service in this network; proxies of the environment must not matter to it."""
    started = []

    def start(*arguments):
        proxies = {
            name: "http://127.0.0.1:80"
            for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy")
        }
        service = Service(tmp_path_factory.mktemp("service"), *arguments, environment=proxies)
        started.append(service.start())
        return Account(service)

    yield start
    for service in started:
        assert service.stop() == 0


@pytest.fixture(scope="session")
def strict(start):
    """As it runs in earnest: public issuers alone."""
    return start()


@pytest.fixture(scope="session")
def local(start):
    """Issuers on this machine and in private networks are allowed."""
    return start("--allow-local-issuers")
