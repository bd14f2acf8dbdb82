"""rolecall's own operations as a service of boto3: a model in botocore's form, made from the service's own table."""

import json

import boto3
import botocore.config

MEMBERS = {"Audience": "Texts", "LifetimeSeconds": "Number", "Claims": "Document"}
OPTIONAL = {
    "MintToken": ["Issuer", "LifetimeSeconds", "Claims", "Algorithm"],
    "RegisterCluster": ["Endpoint", "CertificateAuthority", "Version"],
}
ANSWERS = {
    "MintToken": {"Token": "Text", "Issuer": "Text"},
    "DiagnoseEvent": {"EventId": "Text", "RequestId": "Text"},
    "ListRegisteredClusters": {"Clusters": "Clusters"},
}
SHAPES = {
    "Text": {"type": "string"},
    "Number": {"type": "integer"},
    "Texts": {"type": "list", "member": {"shape": "Text"}},
    "Document": {"type": "map", "key": {"shape": "Text"}, "value": {"shape": "Text"}},
    "Cluster": {"type": "structure", "members": {"Name": {"shape": "Text"}, "Issuer": {"shape": "Text"}}},
    "Clusters": {"type": "list", "member": {"shape": "Cluster"}},
}


def structure(members):
    return {"type": "structure", "members": {name: {"shape": shape} for name, shape in members.items()}}


def model(operations):
    shapes, known = dict(SHAPES), {}
    for operation in operations:
        name = operation.name
        members = {member: MEMBERS.get(member, "Text") for member in operation.required + OPTIONAL.get(name, [])}
        shapes[f"{name}Request"] = structure(members)
        shapes[f"{name}Response"] = structure(ANSWERS.get(name, {}))
        known[name] = {
            "name": name,
            "http": {"method": "POST", "requestUri": "/"},
            "input": {"shape": f"{name}Request"},
            "output": {"shape": f"{name}Response"},
        }
    metadata = {
        "apiVersion": "2026-01-01",
        "endpointPrefix": "rolecall",
        "jsonVersion": "1.1",
        "protocol": "json",
        "serviceFullName": "rolecall",
        "serviceId": "rolecall",
        "signatureVersion": "v4",
        "signingName": "rolecall",
        "targetPrefix": "Rolecall_20260101",
        "uid": "rolecall-2026-01-01",
    }
    return {"version": "2.0", "metadata": metadata, "operations": known, "shapes": shapes}


def client(folder, service, credentials, operations):
    """A boto3 client for it; the model is written into a folder where botocore looks for models."""
    place = folder / "models/rolecall/2026-01-01"
    place.mkdir(parents=True, exist_ok=True)
    (place / "service-2.json").write_text(json.dumps(model(operations)))
    keys = {"aws_access_key_id": credentials.id, "aws_secret_access_key": credentials.secret}
    session = boto3.session.Session(region_name="us-east-1", **keys)
    session._loader.search_paths.append(str(folder / "models"))
    config = botocore.config.Config(retries={"total_max_attempts": 1}, proxies={}, parameter_validation=False)
    return session.client("rolecall", endpoint_url=service.url, config=config)
