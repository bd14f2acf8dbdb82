"""What was called in this run: service, operation and the code of the answer, which is empty for success."""

calls: set[tuple[str, str, str]] = set()


def watch(client):
    """Enters every call of a boto3 client."""

    def enter(parsed, model, **_):
        calls.add((model.service_model.service_name, model.name, parsed.get("Error", {}).get("Code", "")))

    client.meta.events.register("after-call", enter)
    return client
