"""Unmodified AWS clients: each in a HOME of its own, with a clean environment that reaches nothing but loopback."""

import json
import os
import pathlib
import subprocess
import tempfile

import boto3
import botocore.config
import botocore.exceptions

from . import ledger

CLIENTS = pathlib.Path(os.environ["ROLECALL_RIGS"]) / "aws-clients"
# The command lines that honour AWS_ENDPOINT_URL; Debian 12's own 2.9.19 does not, see OLD_CLI.
CLIS = {"awscli-1": CLIENTS / "venv/bin/aws", "awscli-2": CLIENTS / "aws2"}
OLD_CLI = pathlib.Path("/usr/bin/aws")
NODE = CLIENTS / "node"
RUST_PROBE = CLIENTS / "sts-probe/debug/sts-probe"
# A call that misses the endpoint of the environment dies at this proxy instead of leaving the machine.
DEAD = "http://127.0.0.1:9"
TIME = 120

IDENTITY_JS = """\
import { STSClient, GetCallerIdentityCommand } from "@aws-sdk/client-sts";
import { IAMClient, ListRolesCommand } from "@aws-sdk/client-iam";
console.log((await new STSClient({}).send(new GetCallerIdentityCommand({}))).Arn);
if (process.env.LIST_ROLES) console.log((await new IAMClient({}).send(new ListRolesCommand({}))).Roles.length);
"""


def environment(service, *credentials, home=None, **more):
    """The whole environment of a client: the endpoint is the one thing that tells it about the service."""
    clean = {
        name: value for name, value in os.environ.items() if not name.startswith("AWS_") and "PYTHON" not in name
    }
    home = home or tempfile.mkdtemp(prefix="home-", dir=service.folder)
    proxies = {name: DEAD for name in ("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy")}
    clean |= proxies | {"NO_PROXY": "127.0.0.1,localhost", "no_proxy": "127.0.0.1,localhost"}
    clean |= {"HOME": str(home), "AWS_REGION": "us-east-1", "AWS_DEFAULT_REGION": "us-east-1", "AWS_PAGER": ""}
    clean |= {"AWS_EC2_METADATA_DISABLED": "true", "NODE_NO_WARNINGS": "1", "AWS_ENDPOINT_URL": service.url}
    if service.tls:
        authority = str(service.certificate)
        clean |= {"AWS_CA_BUNDLE": authority, "NODE_EXTRA_CA_CERTS": authority, "SSL_CERT_FILE": authority}
    for one in credentials:
        clean |= one.environment()
    return clean | {name: str(value) for name, value in more.items()}


def web_identity(service, role, token_file, session="e2e", **more):
    """As an IRSA pod has it: two variables, and the name of the session."""
    variables = {"AWS_ROLE_ARN": role, "AWS_WEB_IDENTITY_TOKEN_FILE": token_file, "AWS_ROLE_SESSION_NAME": session}
    return environment(service, **variables, **more)


def run(command, environment, fails=False, stdin=None):
    """Runs a client and gives its standard output; with `fails`, what it said on standard error instead."""
    command = [str(part) for part in command]
    done = subprocess.run(command, env=environment, input=stdin, capture_output=True, text=True, timeout=TIME)
    if (done.returncode != 0) != fails:
        raise AssertionError(
            f"`{' '.join(command)[:400]}` ended with {done.returncode}:\n{done.stdout}\n{done.stderr[-3000:]}"
        )
    return done.stderr.strip() if fails else done.stdout.strip()


def cli(program, environment, *arguments, fails=False):
    return run([program, *arguments], environment, fails)


def cli_json(program, environment, *arguments):
    return json.loads(run([program, *arguments, "--output", "json"], environment) or "null")


def who_am_i(environment):
    """One command for each client that answers with the ARN of its default provider chain, by name."""
    script = NODE / "e2e-identity.mjs"
    script.write_text(IDENTITY_JS)
    python = "import boto3; print(boto3.client('sts').get_caller_identity()['Arn'])"
    question = ("sts", "get-caller-identity", "--query", "Arn", "--output", "text")
    commands = {name: [program, *question] for name, program in CLIS.items()}
    commands |= {"boto3": [CLIENTS / "venv/bin/python", "-c", python], "js": ["node", script], "rust": [RUST_PROBE]}
    return {name: lambda command=command: run(command, environment) for name, command in commands.items()}


def sdk(service, api, credentials=None, region="us-east-1"):
    """A boto3 client in this process; every call that it makes is entered in the ledger."""
    keys = {}
    if credentials:
        keys = {"aws_access_key_id": credentials.id, "aws_secret_access_key": credentials.secret}
        keys |= {"aws_session_token": credentials.token}
    unsigned = {} if credentials else {"signature_version": botocore.UNSIGNED}
    config = botocore.config.Config(
        retries={"total_max_attempts": 1}, proxies={}, read_timeout=30, parameter_validation=False, **unsigned
    )
    session = boto3.session.Session(region_name=region, **keys)
    verify = str(service.certificate) if service.tls else None
    client = session.client(api, endpoint_url=service.url, config=config, verify=verify)

    def enter(parsed, model, **_):
        ledger.request(service, parsed["ResponseMetadata"].get("RequestId"), model.name)

    client.meta.events.register("after-call", enter)
    return client


def refusal(action):
    """Runs what must be refused, and gives status, code and sentence."""
    try:
        answer = action()
    except botocore.exceptions.ClientError as error:
        response = error.response
        return response["ResponseMetadata"]["HTTPStatusCode"], response["Error"]["Code"], response["Error"]["Message"]
    raise AssertionError(f"was not refused: {sorted(answer)}")
