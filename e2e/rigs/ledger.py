"""What the run used that must be found nowhere afterwards, where to look for it, and which calls must be on the record."""

import pathlib

# Shorter texts would be found by accident; `test` of --dev is none anyway.
SHORTEST = 16

secrets: dict[str, str] = {}
folders: set[pathlib.Path] = set()
texts: dict[str, str] = {}
requests: dict[pathlib.Path, dict[str, str]] = {}


def secret(what, value):
    if len(value) >= SHORTEST:
        secrets[value] = what


def token(value):
    """A JWT: its claims are on the record by design, its signature is what makes it a credential."""
    signature = value.rsplit(".", 1)[-1]
    secret("a token's signature", signature)
    return value


def folder(path):
    folders.add(pathlib.Path(path))


def text(name, content):
    texts[name] = texts.get(name, "") + content


def request(service, request_id, operation):
    """A call whose audit record is looked for when the service has stopped."""
    if not service.dev:
        requests.setdefault(service.data, {})[request_id] = operation
