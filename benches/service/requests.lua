-- Sends the requests of a file, one after another, for as long as wrk runs. A file: requests as they go over the wire, each
-- behind a line with its length. Prints figures as one line of JSON; every answer that is not 2xx or 3xx is counted by wrk itself.
local requests, at = {}, 0

function init(arguments)
  local file = assert(io.open(arguments[1], "rb"))
  while true do
    local length = file:read("*l")
    if not length then break end
    requests[#requests + 1] = file:read(tonumber(length))
  end
  file:close()
end

function request()
  at = at % #requests + 1
  return requests[at]
end

function done(summary, latency)
  local errors = summary.errors
  local failed = errors.connect + errors.read + errors.write + errors.timeout
  io.write(string.format(
    '{"answers": %d, "seconds": %f, "refused": %d, "failed": %d, "p50": %d, "p90": %d, "p99": %d, "max": %d}\n',
    summary.requests, summary.duration / 1e6, errors.status, failed,
    latency:percentile(50), latency:percentile(90), latency:percentile(99), latency.max))
end
