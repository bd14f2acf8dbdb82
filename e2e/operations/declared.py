"""What the service says that it offers: docs/operations.md, which is made from its own tables."""

import pathlib
import re

PAGE = pathlib.Path(__file__).parents[2] / "docs/operations.md"
# The words over a service's table, and its name among SDKs.
SERVICES = {
    "STS": "sts",
    "IAM": "iam",
    "EKS": "eks",
    "EKS Auth": "eks-auth",
    "CloudTrail": "cloudtrail",
    "Administration of rolecall itself": "rolecall",
}


class Operation:
    def __init__(self, service, cells):
        self.service, self.name = service, cells[0].strip("`")
        self.offered, self.signed = cells[1] == "yes", cells[3] == "yes"
        self.required = re.findall(r"`(\w+)`", cells[4])
        self.errors = re.findall(r"`(\w+)`", cells[5])

    def __repr__(self):
        return f"{self.service}:{self.name}"


def operations():
    """Every row of the page."""
    service, found = None, []
    for line in PAGE.read_text().splitlines():
        if line.startswith("## "):
            service = SERVICES[line[3:]]
        elif line.startswith("| `"):
            found.append(Operation(service, [cell.strip() for cell in line.split("|")[1:-1]]))
    return found
