"""An account of the service as its root sees it: providers, roles, users, made by boto3."""

import json

from . import clients
from .credentials import Credentials
from .service import ACCOUNT

ALL = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}


class Account:
    def __init__(self, service, account=ACCOUNT):
        self.service, self.id = service, account
        self.root = service.root(account)
        self.iam = clients.sdk(service, "iam", self.root)
        # Unsigned, as every exchange is.
        self.sts = clients.sdk(service, "sts")

    def provider(self, issuer, *thumbprints, client_ids=("sts.amazonaws.com",)):
        thumbprints = list(thumbprints or ["0" * 40])
        answer = self.iam.create_open_id_connect_provider(
            Url=issuer, ClientIDList=list(client_ids), ThumbprintList=thumbprints
        )
        return answer["OpenIDConnectProviderArn"]

    def role(self, name, *statements, policy=None, **more):
        """A role that the statements admit to, with an inline policy; gives its ARN."""
        document = {"Version": "2012-10-17", "Statement": list(statements)}
        answer = self.iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(document), **more)
        if policy:
            self.iam.put_role_policy(RoleName=name, PolicyName="may", PolicyDocument=json.dumps(policy))
        return answer["Role"]["Arn"]

    def user(self, name, policy=None):
        """A user with an inline policy; gives keys of its own."""
        self.iam.create_user(UserName=name)
        if policy:
            self.iam.put_user_policy(UserName=name, PolicyName="may", PolicyDocument=json.dumps(policy))
        return Credentials.issued(self.iam.create_access_key(UserName=name))

    def exchange(self, role, token, session="e2e", **more):
        """AssumeRoleWithWebIdentity; gives its answer."""
        return self.sts.assume_role_with_web_identity(
            RoleArn=role, RoleSessionName=session, WebIdentityToken=token, **more
        )

    def session(self, role, token, **more):
        """The credentials of an exchange."""
        return Credentials.issued(self.exchange(role, token, **more))

    def assume(self, credentials, role, session="e2e", **more):
        """AssumeRole; gives the credentials."""
        sts = clients.sdk(self.service, "sts", credentials)
        return Credentials.issued(sts.assume_role(RoleArn=role, RoleSessionName=session, **more))


def federated(provider, actions="sts:AssumeRoleWithWebIdentity", effect="Allow", **conditions):
    """A trust statement for a provider. Conditions are operators: `StringEquals={"idp.example.com:sub": "alice"}`."""
    statement = {"Effect": effect, "Principal": {"Federated": provider}, "Action": actions}
    return statement | ({"Condition": conditions} if conditions else {})


def trusts(principal, actions="sts:AssumeRole", **conditions):
    """A trust statement for a principal of AWS: account, user, role, session."""
    statement = {"Effect": "Allow", "Principal": {"AWS": principal}, "Action": actions}
    return statement | ({"Condition": conditions} if conditions else {})


def allow(actions, resources="*", **conditions):
    """A policy of one statement."""
    statement = {"Effect": "Allow", "Action": actions, "Resource": resources}
    return {"Version": "2012-10-17", "Statement": [statement | ({"Condition": conditions} if conditions else {})]}
