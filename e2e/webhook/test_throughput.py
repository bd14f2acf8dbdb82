"""How many admissions one core answers: told, not held to a figure, since the machine may be busy.

    e2e/webhook/run -k throughput -s
"""

import json
import os
import re
import subprocess

from rigs.cluster import until

from conftest import pod, service_account

POST = """
wrk.method = "POST"
wrk.headers["content-type"] = "application/json"
local file = io.open("{}")
wrk.body = file:read("a")
file:close()
"""


def test_throughput(cluster, webhook, namespace, tmp_path):
    cluster.apply(service_account(namespace))
    webhook.register("Ignore")
    webhook.start("--aws-default-region", "eu-west-1", "--sts-regional-endpoint")
    until(lambda: "BEGIN CERTIFICATE" in webhook.bundle())
    variables = [{"name": f"NAME_{number}", "value": "x" * 20} for number in range(20)]
    containers = [{"name": name, "image": "registry.example.com/c:1", "env": variables} for name in ("api", "proxy")]
    request = {"uid": "u-1", "namespace": namespace, "operation": "CREATE", "object": pod(namespace, containers=containers)}
    body, script = tmp_path / "review.json", tmp_path / "post.lua"
    body.write_text(json.dumps({"kind": "AdmissionReview", "apiVersion": "admission.k8s.io/v1", "request": request}))
    script.write_text(POST.format(body))
    cores = sorted(os.sched_getaffinity(0))
    for thread in os.listdir(f"/proc/{webhook.process.pid}/task"):
        os.sched_setaffinity(int(thread), cores[:1])
    url = f"https://127.0.0.1:{webhook.port}/mutate"
    before = cpu(webhook.process.pid)
    command = ["taskset", "-c", str(cores[-1]), "wrk", "-t1", "-c16", "-d10", "--latency", "-s", str(script), url]
    told = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stdout
    spent = cpu(webhook.process.pid) - before
    answered = webhook.metric('admissions_total{outcome="Mutated"}')
    print(told)
    print(f"{answered:.0f} admissions in {spent:.2f} s of CPU: {answered / spent:.0f} a second of one core")
    assert "Non-2xx" not in told and answered and re.search(r"Requests/sec", told)


def cpu(process):
    fields = open(f"/proc/{process}/stat").read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
