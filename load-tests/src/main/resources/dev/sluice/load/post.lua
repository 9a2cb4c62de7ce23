-- Posts one event over and over. Arguments after "--": the file with the request, "check" or "fast", the status wanted.
-- The request's file: header lines "name: value", an empty line, the body.
-- "check" looks at every answer, which costs the load generator time: it is for the warm-up. "fast" leaves it to wrk,
-- which counts every status above 399.
local threads = {}

function setup(thread)
  table.insert(threads, thread)
end

function init(args)
  local file = assert(io.open(args[1], "rb"))
  local text = file:read("*a")
  file:close()
  local head, body = text:match("^(.-)\n\n(.*)$")
  wrk.method = "POST"
  wrk.body = body
  for name, value in head:gmatch("([^\n:]+): ([^\n]*)") do
    wrk.headers[name] = value
  end
  other = 0
  if args[2] == "check" then
    local wanted = tonumber(args[3])
    response = function(status)
      if status ~= wanted then
        other = other + 1
      end
    end
  end
end

function done(summary, latency)
  local other = 0
  for _, thread in ipairs(threads) do
    other = other + (thread:get("other") or 0)
  end
  local e = summary.errors
  io.write(string.format(
    "result requests=%d micros=%d failed=%d broken=%d other=%d p50=%d p99=%d\n",
    summary.requests, summary.duration, e.status, e.connect + e.read + e.write + e.timeout, other,
    latency:percentile(50), latency:percentile(99)))
end
