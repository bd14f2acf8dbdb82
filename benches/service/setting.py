"""What is measured: the service and moto as processes, and the requests that both are sent, made before anything is timed."""

import base64
import configparser
import json
import os
import pathlib
import signal
import socket
import subprocess
import time
import urllib.parse
import urllib.request

import boto3
import botocore.auth
import botocore.awsrequest
import botocore.config
import botocore.credentials

ACCOUNT, AUDIENCE, TOKENS = "111122223333", "sts.amazonaws.com", 64
VERSIONS = {"sts": "2011-06-15", "iam": "2010-05-08"}
FORM = "application/x-www-form-urlencoded; charset=utf-8"


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Process:
    """A server on a port of its own."""

    def __init__(self, command, port, log, path):
        self.port, self.url = port, f"http://127.0.0.1:{port}"
        environment = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
        begun = time.monotonic()
        with open(log, "ab") as out:
            self.process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=out, stderr=out, env=environment
            )
        while True:
            try:
                urllib.request.urlopen(self.url + path, timeout=5).read()
                break
            except OSError as error:
                if isinstance(error, urllib.error.HTTPError):
                    break
                if self.process.poll() is not None:
                    raise SystemExit(f"{command[0]} ended: {pathlib.Path(log).read_text()}") from error
                time.sleep(0.002)
        self.start_seconds = time.monotonic() - begun

    def cpu_seconds(self):
        """User and system time of the process so far."""
        fields = pathlib.Path(f"/proc/{self.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def resident_bytes(self):
        return int(pathlib.Path(f"/proc/{self.process.pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(60)


class Rolecall(Process):
    """The service, durable, in a data folder."""

    def __init__(self, binary, folder, *arguments, wrapper=(), port=None):
        port = port or free_port()
        self.data = pathlib.Path(folder) / "data"
        command = [*wrapper, binary, "serve", "--listen", f"127.0.0.1:{port}", "--data", str(self.data)]
        self.log = pathlib.Path(folder) / "serve.log"
        super().__init__([*command, "--allow-local-issuers", *arguments], port, self.log, "/healthz")

    def root(self):
        file = configparser.ConfigParser()
        file.read(self.data / "root-credentials")
        section = file["default"]
        return section["aws_access_key_id"], section["aws_secret_access_key"]

    def records(self):
        """Audit records that are on disk."""
        return sum(file.read_bytes().count(b"\n") for file in (self.data / "trail").glob("*.jsonl"))

    def metric(self, name):
        text = urllib.request.urlopen(self.url + "/metrics").read().decode()
        found = [line.split()[1] for line in text.splitlines() if line.split(" ")[0] == name]
        return float(found[0]) if found else 0.0


def roles(folder, count, account=ACCOUNT):
    """A folder to import roles from, `load` among them; the quota of an account is for those who create them. Each has a
    trust policy as clusters have it and an inline policy."""
    name, issuer = "oidc.eks.eu-west-1.amazonaws.com/id/0123456789ABCDEF0123456789ABCDEF", f"arn:aws:iam::{account}:oidc-provider"
    equals = {f"{name}:aud": AUDIENCE, f"{name}:sub": "system:serviceaccount:payments:api"}
    federated = policy(
        Principal={"Federated": f"{issuer}/{name}"}, Action="sts:AssumeRoleWithWebIdentity", Condition={"StringEquals": equals}
    )
    own = policy(Action=["s3:GetObject", "s3:PutObject"], Resource="arn:aws:s3:::payments-statements/*")
    trust = policy(Principal={"AWS": f"arn:aws:iam::{account}:root"}, Action="sts:AssumeRole")
    common = {"Path": "/", "CreateDate": "2024-05-01T10:00:00+00:00"}
    empty = dict.fromkeys(["InstanceProfileList", "RolePolicyList", "AttachedManagedPolicies", "Tags"], [])
    named = lambda name: {"RoleName": name, "RoleId": f"AROA{name.upper()}", "Arn": f"arn:aws:iam::{account}:role/{name}"}
    inline = {"RolePolicyList": [{"PolicyName": "own", "PolicyDocument": json.loads(own)}]}
    kept = {"AssumeRolePolicyDocument": json.loads(federated)}
    many = [common | empty | inline | kept | named(f"role{number:06}") for number in range(count)]
    load = common | empty | {"AssumeRolePolicyDocument": json.loads(trust)} | named("load")
    details = {"UserDetailList": [], "GroupDetailList": [], "RoleDetailList": [load, *many], "Policies": []}
    place = pathlib.Path(folder) / f"import-{account}"
    place.mkdir()
    (place / "details.json").write_text(json.dumps(details))
    return str(place)


class Moto(Process):
    """moto's server, which checks neither signatures nor policies and keeps no record."""

    def __init__(self, command, folder):
        port = free_port()
        super().__init__([command, "-H", "127.0.0.1", "-p", str(port)], port, pathlib.Path(folder) / "moto.log", "/")


def client(server, service, keys):
    key_id, secret, *token = keys
    return boto3.client(
        service,
        endpoint_url=server.url,
        region_name="us-east-1",
        aws_access_key_id=key_id,
        aws_secret_access_key=secret,
        aws_session_token=token[0] if token else None,
        config=botocore.config.Config(retries={"total_max_attempts": 1}),
    )


def policy(**statement):
    return json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow"} | statement]})


class Account:
    """A provider, a role that its tokens may assume, a user with keys; the same in either server."""

    def __init__(self, server, root, issuer):
        self.server = server
        iam = client(server, "iam", root)
        provider = iam.create_open_id_connect_provider(
            Url=issuer, ClientIDList=[AUDIENCE], ThumbprintList=["0" * 40]
        )["OpenIDConnectProviderArn"]
        name = issuer.split("://")[1]
        trust = policy(
            Principal={"Federated": provider},
            Action="sts:AssumeRoleWithWebIdentity",
            Condition={
                "StringEquals": {f"{name}:aud": AUDIENCE},
                "StringLike": {f"{name}:sub": "system:serviceaccount:payments:*"},
            },
        )
        try:
            iam.create_role(RoleName="load", AssumeRolePolicyDocument=trust)
        except iam.exceptions.EntityAlreadyExistsException:
            iam.update_assume_role_policy(RoleName="load", PolicyDocument=trust)
        self.role = iam.get_role(RoleName="load")["Role"]["Arn"]
        may = policy(Action=["iam:GetRole", "iam:ListRoles"], Resource="*")
        iam.put_role_policy(RoleName="load", PolicyName="may", PolicyDocument=may)
        iam.create_user(UserName="load")
        iam.put_user_policy(UserName="load", PolicyName="may", PolicyDocument=may)
        key = iam.create_access_key(UserName="load")["AccessKey"]
        self.keys = key["AccessKeyId"], key["SecretAccessKey"]

    def sessions(self, tokens):
        """Temporary credentials, one for each token."""
        sts = client(self.server, "sts", self.keys)
        found = []
        for token in tokens:
            answer = sts.assume_role_with_web_identity(
                RoleArn=self.role, RoleSessionName="load", WebIdentityToken=token
            )["Credentials"]
            found.append((answer["AccessKeyId"], answer["SecretAccessKey"], answer["SessionToken"]))
        return found


def mint(server, root, count=TOKENS):
    """Distinct RS256 tokens of the service's own issuer, shaped as those of EKS."""
    tokens = []
    for number in range(count):
        claims = {
            "kubernetes.io": {
                "namespace": "payments",
                "pod": {"name": f"api-7d9f8c6b5-{number:05}", "uid": "0f2f6a1c-3e44-4c0b-9a55-cc3a7b1f0f11"},
                "serviceaccount": {"name": f"api-{number}", "uid": "5b1c2d3e-4f50-6172-8394-a5b6c7d8e9f0"},
            }
        }
        body = {
            "Subject": f"system:serviceaccount:payments:api-{number}",
            "Audience": [AUDIENCE],
            "LifetimeSeconds": 24 * 3600,
            "Claims": claims,
            "Algorithm": "RS256",
        }
        answer = administer(server, root, "MintToken", body)
        tokens.append(answer["Token"])
        issuer = answer["Issuer"]
    return issuer, tokens


def administer(server, root, operation, body, target="Rolecall_20260101."):
    """A call of the service's administration."""
    headers = {"Content-Type": "application/x-amz-json-1.1", "X-Amz-Target": target + operation}
    signed = sign(server, root, "rolecall", json.dumps(body).encode(), headers)
    request = urllib.request.Request(server.url, json.dumps(body).encode(), signed, method="POST")
    return json.load(urllib.request.urlopen(request))


def sign(server, keys, service, body, headers):
    request = botocore.awsrequest.AWSRequest("POST", server.url + "/", headers=dict(headers), data=body)
    credentials = botocore.credentials.Credentials(*keys)
    botocore.auth.SigV4Auth(credentials, service, "us-east-1").add_auth(request)
    return dict(request.headers.items())


def wire(server, body, headers):
    """A request as its bytes."""
    lines = [f"{name}: {value}" for name, value in headers.items()]
    host = f"Host: 127.0.0.1:{server.port}"
    head = "\r\n".join(["POST / HTTP/1.1", host, *lines, f"Content-Length: {len(body)}", "", ""])
    return head.encode() + body


def form(service, action, **parameters):
    return urllib.parse.urlencode({"Action": action, "Version": VERSIONS[service], **parameters}).encode()


AGENT = {"User-Agent": "aws-sdk-go-v2/1.41.0 os/linux lang/go#1.24 md/GOARCH#amd64 api/sts#1.41.0", "Content-Type": FORM}


def exchanges(account, tokens):
    """Unsigned, as every SDK sends them."""
    bodies = (
        form("sts", "AssumeRoleWithWebIdentity", RoleArn=account.role, RoleSessionName="load", WebIdentityToken=token)
        for token in tokens
    )
    return [wire(account.server, body, AGENT) for body in bodies]


def signed(account, credentials, service, action, **parameters):
    """The same call under each credential."""
    body = form(service, action, **parameters)
    return [wire(account.server, body, sign(account.server, keys, service, body, AGENT)) for keys in credentials]


def key_of(token):
    head = token.split(".")[0]
    return json.loads(base64.urlsafe_b64decode(head + "=" * (-len(head) % 4)))["kid"]
