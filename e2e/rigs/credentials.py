"""AWS credentials as a value, from whatever gives them."""

import dataclasses

from . import ledger


@dataclasses.dataclass(frozen=True)
class Credentials:
    id: str
    secret: str
    token: str | None = None

    @staticmethod
    def issued(answer):
        """Those of an STS answer or of CreateAccessKey; their secrets are looked for at the end."""
        inner = answer.get("Credentials") or answer["AccessKey"]
        ledger.secret("a secret access key", inner["SecretAccessKey"])
        if token := inner.get("SessionToken"):
            ledger.secret("a session token", token)
        return Credentials(inner["AccessKeyId"], inner["SecretAccessKey"], token)

    def environment(self):
        variables = {"AWS_ACCESS_KEY_ID": self.id, "AWS_SECRET_ACCESS_KEY": self.secret}
        return variables | ({"AWS_SESSION_TOKEN": self.token} if self.token else {})
