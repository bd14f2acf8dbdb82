"""`--dev`: known credentials in memory, on loopback, and closed to web pages whatever way they try."""

import json
import os
import subprocess
import urllib.parse

import pytest

from rigs import clients, wire
from rigs.account import federated
from rigs.credentials import Credentials

TEST = Credentials("test", "test")
FOREIGN = "requests from web pages of other origins are refused\n"


@pytest.fixture(scope="module")
def dev(services):
    return services("dev", dev=True)


def test_test_and_test(dev):
    environment = clients.environment(dev, TEST)
    for name, ask in clients.who_am_i(environment).items():
        assert ask() == "arn:aws:iam::111122223333:root", name


def test_a_token_of_the_own_issuer(dev, tmp_path):
    """What the README shows: a provider, a role, a token, an exchange."""
    environment = clients.environment(dev, TEST)
    iam = clients.sdk(dev, "iam", TEST)
    iam.create_open_id_connect_provider(Url=f"{dev.url}/issuer", ClientIDList=["sts.amazonaws.com"])
    provider = f"arn:aws:iam::111122223333:oidc-provider/{dev.host}:{dev.port}/issuer"
    document = json.dumps({"Version": "2012-10-17", "Statement": [federated(provider)]})
    role = iam.create_role(RoleName="app", AssumeRolePolicyDocument=document)["Role"]["Arn"]
    file = tmp_path / "token"
    for algorithm in ("rs256", "es256"):
        file.write_text(
            clients.run(
                [
                    os.environ["ROLECALL_BIN"],
                    "token",
                    "mint",
                    "--sub",
                    "system:serviceaccount:payments:api",
                    "--algorithm",
                    algorithm,
                ],
                environment,
            )
        )
        who = clients.who_am_i(clients.web_identity(dev, role, file))["awscli-2"]()
        assert who == "arn:aws:sts::111122223333:assumed-role/app/e2e"


# Headers as browsers send them for a page of another site, or of another port of this machine.
PAGES = {
    "a form of another site": {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"},
    "a script of another site, in an old browser": {"Origin": "https://evil.example"},
    "a sandboxed frame or a file": {"Origin": "null"},
    "a page on another port": {"Origin": "http://127.0.0.1:9999", "Sec-Fetch-Site": "same-site"},
    "a picture": {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors", "Sec-Fetch-Dest": "image"},
    "a picture of a page on another port": {"Sec-Fetch-Site": "same-site", "Sec-Fetch-Mode": "no-cors"},
    "a name that was made to point here": {"Host": "rebound.evil.example:PORT"},
    "such a name, and an origin that fits it": {
        "Host": "rebound.evil.example:PORT",
        "Origin": "http://rebound.evil.example:PORT",
    },
    "a name that begins as ours does": {"Host": "127.0.0.1.evil.example:PORT"},
    "a name that ends as one of AWS's": {"Host": "evil-amazonaws.com"},
}


@pytest.mark.parametrize("headers", PAGES.values(), ids=PAGES)
def test_cross_site_requests(dev, headers):
    headers = {name: value.replace("PORT", str(dev.port)) for name, value in headers.items()}
    query = wire.presign(
        dev, {"Action": "CreateUser", "UserName": "planted", "Version": wire.VERSIONS["iam"]}, TEST, api="iam"
    )
    requests = [("GET", f"/?{query}"), ("GET", "/metrics"), ("GET", "/healthz"), ("OPTIONS", "/"), ("POST", "/")]
    for method, path in requests:
        answer = wire.send(dev, method, path, headers)
        assert (answer.status, answer.text) == (403, FOREIGN), (method, path)
        assert not [name for name in answer.headers if name.startswith("access-control-")]
    assert wire.call(dev, "GetUser", {"UserName": "planted"}, TEST, api="iam").code == "NoSuchEntity"


def test_what_is_no_web_page(dev):
    """The near misses: tools, the address bar, the service's own pages."""
    own = f"{dev.host}:{dev.port}"
    for headers in (
        {},
        {"Sec-Fetch-Site": "none"},
        {"Origin": f"http://{own}", "Sec-Fetch-Site": "same-origin"},
        {"Host": f"localhost:{dev.port}"},
    ):
        assert wire.send(dev, "GET", "/healthz", headers).status == 200, headers
    query = urllib.parse.urlencode({"Action": "GetCallerIdentity", "Version": "2011-06-15"})
    assert (
        wire.send(dev, "GET", f"/?{query}", {"Host": "sts.us-east-1.amazonaws.com"}).code
        == "MissingAuthenticationToken"
    )


@pytest.mark.parametrize("arguments", [["--listen", "0.0.0.0:0"], ["--data", "folder"], ["--key-file", "file"]])
def test_dev_is_for_loopback_and_memory(arguments, tmp_path):
    done = subprocess.run(
        [os.environ["ROLECALL_BIN"], "serve", "--dev", *arguments],
        capture_output=True,
        text=True,
        timeout=30,
        cwd=tmp_path,
    )
    assert done.returncode != 0 and done.stderr.strip(), done
    assert not list(tmp_path.iterdir())
