"""The certified OpenID Provider of oidc-up: honest tokens, and its private keys for dishonest ones."""

import hashlib
import json
import os
import pathlib
import ssl
import subprocess

from . import ledger

SCRIPT = pathlib.Path(__file__).with_name("oidc-up")


class Provider:
    def __init__(self, folder, path=""):
        self.folder = pathlib.Path(folder)
        self.environment = os.environ | {"OIDC_RIG_DIR": str(folder), "OIDC_PATH": path}
        self._run("up")
        self.issuer = (self.folder / "issuer").read_text()

    @property
    def name(self):
        return self.issuer.removeprefix("https://")

    @property
    def authority(self):
        return self.folder / "ca.crt"

    def thumbprint(self):
        """Of the last certificate that the server presents: its leaf, since it sends no other (reference: IAM User Guide)."""
        host, port = self.name.split("/")[0].split(":")
        pem = ssl.get_server_certificate((host, int(port)))
        return hashlib.sha1(ssl.PEM_cert_to_DER_cert(pem)).hexdigest()

    def token(self, subject, client="sts.amazonaws.com"):
        return ledger.token(self._run("token", subject, client).strip())

    def rotate(self, drop=False):
        self._run("rotate", *(["drop"] if drop else []))

    def claims(self, by_subject):
        """Further claims for subjects; the provider reads them when it starts."""
        (self.folder / "claims.json").write_text(json.dumps(by_subject))
        self._run("restart")

    def private_keys(self):
        """Private JWKs, newest first."""
        return json.loads((self.folder / "keys.json").read_text())

    def private_key(self, algorithm="RS256"):
        return next(key for key in self.private_keys() if key["alg"] == algorithm)

    def down(self):
        self._run("down")

    def _run(self, *arguments):
        # To a file, not a pipe: the provider stays running with whatever it inherits.
        output = self.folder.with_name(f"{self.folder.name}.out")
        with output.open("w+") as out:
            done = subprocess.run(
                [SCRIPT, *arguments],
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                timeout=300,
            )
            out.seek(0)
            text = out.read()
        if done.returncode != 0:
            raise AssertionError(f"oidc-up {' '.join(arguments[:1])}: {text}")
        return text
