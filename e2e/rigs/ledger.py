"""What the run used that must be found nowhere afterwards, where to look for it, and which calls must be on the record."""

import pathlib
import urllib.parse

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


def places():
    """Every file that a service wrote, and what its metrics said. Clients' own homes and root credentials are for secrets."""
    for folder in folders:
        for file in folder.rglob("*"):
            homes = any(part.startswith("home-") for part in file.relative_to(folder).parts)
            if file.is_file() and not homes and file.name != "root-credentials":
                yield str(file), file.read_bytes()
    yield from ((name, text.encode()) for name, text in texts.items())


def no_secret_lies_anywhere():
    """Looks for every secret of the run in every place, as it is and as a form has it."""
    assert len(secrets) > 10, "the run used more secrets than that"
    forms = {form.encode(): what for value, what in secrets.items() for form in {value, urllib.parse.quote(value, safe="")}}
    found, looked = [], 0
    for place, content in places():
        looked += 1
        found += [f"{what} in {place}" for form, what in forms.items() if form in content]
    assert not found
    assert looked > 10
