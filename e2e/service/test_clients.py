"""Web identity by two variables, then signed calls: every client, with nothing but the endpoint variable set."""

import json

import pytest

from rigs import clients
from rigs.credentials import Credentials

SESSION = "arn:aws:sts::111122223333:assumed-role/web/e2e"
NAMES = [*clients.CLIS, "boto3", "js", "rust"]


@pytest.mark.parametrize("client", NAMES)
@pytest.mark.parametrize("variable", ["AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_STS"])
def test_the_default_chain_exchanges_the_token_and_signs_with_what_it_gets(
    service, role, token_file, client, variable
):
    environment = clients.web_identity(service, role, token_file)
    environment[variable] = environment.pop("AWS_ENDPOINT_URL")
    assert clients.who_am_i(environment)[client]() == SESSION


@pytest.mark.parametrize("client", NAMES)
def test_a_refused_exchange_reaches_the_user_of_every_client(service, account, registered, token_file, client):
    environment = clients.web_identity(service, "arn:aws:iam::111122223333:role/no-such-role", token_file)
    with pytest.raises(AssertionError, match="Not authorized to perform sts:AssumeRoleWithWebIdentity"):
        clients.who_am_i(environment)[client]()


def test_the_javascript_sdk_signs_for_iam_too(service, role, token_file):
    environment = clients.web_identity(service, role, token_file, LIST_ROLES="yes")
    arn, count = clients.who_am_i(environment)["js"]().splitlines()
    assert arn == SESSION and int(count) >= 1


@pytest.mark.parametrize("program", [*clients.CLIS.values(), clients.OLD_CLI], ids=[*clients.CLIS, "awscli-2.9"])
def test_an_explicit_exchange_by_the_endpoint_option(service, role, token, program):
    environment = clients.environment(service)
    del environment["AWS_ENDPOINT_URL"]
    query = "[AssumedRoleUser.Arn, Audience, SubjectFromWebIdentityToken]"
    answer = clients.cli_json(
        program,
        environment,
        "sts",
        "assume-role-with-web-identity",
        "--role-arn",
        role,
        "--role-session-name",
        "e2e",
        "--web-identity-token",
        token,
        "--endpoint-url",
        service.url,
        "--query",
        query,
    )
    assert answer == [SESSION, "sts.amazonaws.com", "alice"]


@pytest.mark.parametrize("program", clients.CLIS.values(), ids=clients.CLIS)
def test_aws_configure_with_keys_made_by_our_iam(service, account, program, tmp_path):
    keys = account.user(
        f"configured-by-{tmp_path.name}",
        {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "iam:List*", "Resource": "*"}]},
    )
    environment = clients.environment(service, home=tmp_path)
    clients.run([program, "configure"], environment, stdin=f"{keys.id}\n{keys.secret}\nus-east-1\njson\n")
    assert keys.id in (tmp_path / ".aws/credentials").read_text()
    identity = clients.cli_json(program, environment, "sts", "get-caller-identity")
    assert identity["Arn"].startswith("arn:aws:iam::111122223333:user/configured-by-")
    assert clients.cli_json(program, environment, "iam", "list-users", "--query", "Users[].UserName")
    refused = clients.cli(program, environment, "iam", "create-user", "--user-name", "another", fails=True)
    assert (
        "(AccessDenied)" in refused
        and "iam:CreateUser on resource: arn:aws:iam::111122223333:user/another" in refused
    )


@pytest.mark.parametrize("program", clients.CLIS.values(), ids=clients.CLIS)
def test_the_debug_log_of_an_exchange_shows_the_answer(service, role, token, program):
    environment = clients.environment(service)
    arguments = [
        "sts",
        "assume-role-with-web-identity",
        "--role-arn",
        role,
        "--role-session-name",
        "e2e",
        "--web-identity-token",
        token,
    ]
    quiet = json.loads(clients.cli(program, environment, *arguments, "--output", "json"))
    Credentials.issued(quiet)
    refused = clients.cli(program, environment, *arguments[:3], f"{role}x", *arguments[4:], "--debug", fails=True)
    for line in (
        "<Code>AccessDenied</Code>",
        "<Message>Not authorized to perform sts:AssumeRoleWithWebIdentity</Message>",
    ):
        assert line in refused.replace("\\n", "\n"), refused[-3000:]


def test_the_command_line_assumes_a_role_from_its_configuration(service, account, role, token_file, tmp_path):
    """A profile with web_identity_token_file, and one chained to it by source_profile."""
    chained = account.role("chained", {"Effect": "Allow", "Principal": {"AWS": role}, "Action": "sts:AssumeRole"})
    (tmp_path / ".aws").mkdir()
    (tmp_path / ".aws/config").write_text(
        f"[profile web]\nrole_arn = {role}\nweb_identity_token_file = {token_file}\nrole_session_name = e2e\n"
        f"[profile chained]\nrole_arn = {chained}\nsource_profile = web\nrole_session_name = further\n"
    )
    environment = clients.environment(service, home=tmp_path)
    question = ("sts", "get-caller-identity", "--query", "Arn", "--output", "text", "--profile")
    for program in clients.CLIS.values():
        assert clients.cli(program, environment, *question, "web") == SESSION
        assert (
            clients.cli(program, environment, *question, "chained")
            == "arn:aws:sts::111122223333:assumed-role/chained/further"
        )
