"""An account at its quotas, as files that the service takes over: what the AWS CLI would have printed of it."""

import json

ACCOUNT = "777788889999"
DATE = "2026-03-01T12:00:00Z"
TRUST = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}],
}
NOTHING = {"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": "*", "Resource": "*"}]}


def entity(kind, prefix, number, **more):
    name, title = f"{kind}-{number}", "".join(part.title() for part in kind.split("-"))
    common = {"Path": "/", f"{title}Name": name, f"{title}Id": f"{prefix}{number:017}", "CreateDate": DATE}
    return common | {"Arn": f"arn:aws:iam::{ACCOUNT}:{kind}/{name}"} | more


def role(number):
    profile = entity("instance-profile", "AIPA", number, Roles=[])
    return entity("role", "AROA", number, AssumeRolePolicyDocument=TRUST, InstanceProfileList=[profile])


def policy(number):
    version = {"VersionId": "v1", "IsDefaultVersion": True, "CreateDate": DATE, "Document": NOTHING}
    return entity("policy", "ANPA", number, DefaultVersionId="v1", UpdateDate=DATE, PolicyVersionList=[version])


def association(number):
    arn = f"arn:aws:eks:us-east-1:{ACCOUNT}:podidentityassociation/cluster-0/a-{number:017}"
    return {
        "clusterName": "cluster-0",
        "namespace": "shop",
        "serviceAccount": f"web-{number}",
        "roleArn": f"arn:aws:iam::{ACCOUNT}:role/role-0",
        "associationArn": arn,
        "associationId": f"a-{number:017}",
        "createdAt": DATE,
    }


def write(folder):
    """The files, in a new folder."""
    folder.mkdir()
    details = {
        "UserDetailList": [entity("user", "AIDA", number) for number in range(5000)],
        "GroupDetailList": [entity("group", "AGPA", number) for number in range(300)],
        "RoleDetailList": [role(number) for number in range(1000)],
        "Policies": [policy(number) for number in range(1500)],
    }
    providers = [{"Url": f"idp.example.com/{number}", "ClientIDList": [], "ThumbprintList": []} for number in range(100)]
    clusters = [
        {"cluster": {"name": f"cluster-{number}", "arn": f"arn:aws:eks:us-east-1:{ACCOUNT}:cluster/cluster-{number}"}}
        for number in range(100)
    ]
    associations = [{"association": association(number)} for number in range(5000)]
    files = {"details": [details], "providers": providers, "clusters": clusters, "associations": associations}
    for name, documents in files.items():
        (folder / f"{name}.json").write_text("\n".join(json.dumps(document) for document in documents))
    return folder
