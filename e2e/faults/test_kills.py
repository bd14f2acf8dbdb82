"""SIGKILL, a hundred times, under writes and exchanges: what was acknowledged is there, and every credential is on the record."""

import itertools
import json
import os
import threading
import time

from rigs import wire

KILLS = int(os.environ.get("ROLECALL_KILLS", "100"))
# Of load, once the first call of a round was answered.
ROUND, WRITERS, EXCHANGERS = 0.12, 3, 3
GONE = (OSError, wire.http.client.HTTPException)


class Trail:
    """The records that a service added since they were last read."""

    def __init__(self, service):
        self.folder, self.read = service.data / "trail", {}

    def added(self):
        found = []
        for file in sorted(self.folder.glob("*.jsonl")):
            with file.open("rb") as lines:
                lines.seek(self.read.get(file, 0))
                text = lines.read()
            # What a kill tore off the end was cut off at the start; all that is there now are whole lines.
            assert not text or text.endswith(b"\n"), f"{file} ends in the middle of a record"
            self.read[file] = self.read.get(file, 0) + len(text)
            found += [json.loads(line) for line in text.splitlines()]
        return found


class Load:
    """Threads that write and exchange until the service is gone, and what it acknowledged to them."""

    def __init__(self, world, names):
        self.world, self.service, self.names = world, world.service, names
        self.created, self.deleted, self.issued, self.odd = {}, {}, {}, []
        self.threads = [threading.Thread(target=self.write, args=(at,)) for at in range(WRITERS)]
        self.threads += [threading.Thread(target=self.exchange) for _ in range(EXCHANGERS)]

    def run(self):
        for thread in self.threads:
            thread.start()
        deadline = time.monotonic() + 60
        while not (self.created and self.issued) and not self.odd and time.monotonic() < deadline:
            time.sleep(0.005)
        time.sleep(ROUND)
        self.service.kill()
        for thread in self.threads:
            thread.join()
        return self

    def write(self, writer):
        """Users are created, and every other one deleted again."""
        try:
            while True:
                number = next(self.names)
                name = f"user-{writer}-{number}"
                self.iam("CreateUser", name, self.created)
                if number % 2:
                    self.iam("DeleteUser", name, self.deleted)
        except GONE:
            return

    def iam(self, action, name, acknowledged):
        # Whether an operation that was never answered took place is for nobody to know.
        self.deleted.setdefault(name, None) if action == "DeleteUser" else None
        answer = wire.call(
            self.service, action, {"UserName": name}, self.world.root, api="iam", recorded=False
        )
        if answer.status != 200:
            self.odd.append(answer.text)
        acknowledged[name] = answer.request_id

    def exchange(self):
        try:
            while True:
                answer = wire.call(
                    self.service, "AssumeRoleWithWebIdentity", self.world.parameters(), recorded=False
                )
                if answer.status != 200:
                    self.odd.append(answer.text)
                self.issued[answer.request_id] = answer.element("AccessKeyId")
        except GONE:
            return


def users(world):
    pages = world.account.iam.get_paginator("list_users").paginate(PaginationConfig={"PageSize": 1000})
    return {user["UserName"] for page in pages for user in page["Users"]}


def test_killed_under_load(start, make_world):
    service = start("kills")
    world, names = make_world(service), itertools.count()
    trail = Trail(service)
    trail.added()
    totals = {"writes": 0, "exchanges": 0, "slowest start": 0.0}
    for kill in range(KILLS):
        load = Load(world, names).run()
        assert not load.odd, f"kill {kill}: {load.odd[0]}"
        begun = time.monotonic()
        service.start()
        totals["slowest start"] = max(totals["slowest start"], time.monotonic() - begun)
        there, added = users(world), trail.added()
        kept = {name for name in load.created if name not in load.deleted}
        gone = {name for name, request_id in load.deleted.items() if request_id}
        assert kept <= there, f"kill {kill}: users that were acknowledged are gone: {kept - there}"
        assert not gone & there, f"kill {kill}: users whose deletion was acknowledged are back: {gone & there}"
        requests = {record["requestID"]: record for record in added}
        acknowledged = [*load.created.values(), *filter(None, load.deleted.values()), *load.issued]
        lost = [one for one in acknowledged if one not in requests]
        assert not lost, f"kill {kill}: {len(lost)} acknowledged calls are not on the record"
        for request_id, key in load.issued.items():
            assert requests[request_id]["responseElements"]["credentials"]["accessKeyId"] == key
        totals["writes"] += len(load.created) + len(gone)
        totals["exchanges"] += len(load.issued)
    print(f"\n{KILLS} kills: {totals}")
    assert totals["writes"] > KILLS and totals["exchanges"] > KILLS
    # At the end everything still works, and the user that was made first still has its keys.
    assert wire.call(service, "GetCallerIdentity", {}, world.user).status == 200
