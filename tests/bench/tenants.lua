-- SPDX-License-Identifier: GPL-3.0-or-later
-- Lists of 50 events by the people of one organization, in turn: wrk … -s tenants.lua URL -- FIRST PEOPLE PAUSE
-- Each connection waits PAUSE milliseconds before each of its requests.

local threads = 0

function setup(thread)
  threads = threads + 1
  thread:set("number", threads)
end

function init(args)
  local first, people, pause, sent = tonumber(args[1]), tonumber(args[2]), tonumber(args[3]), number
  delay = function() return pause end
  request = function()
    sent = sent + 1
    return "GET /v1/events?limit=50 HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer ccs_"
      .. string.format("%043d", first + sent % people) .. "\r\n\r\n"
  end
end

function done(summary, latency, requests)
  io.write("RESULT " .. summary.requests .. " " .. summary.errors.status .. "\n")
end
