-- SPDX-License-Identifier: GPL-3.0-or-later
-- The requests of one case for wrk: wrk … -s requests.lua URL -- CASE ORGANIZATIONS PER ACTORS RUN DOORS
-- Ids and tokens follow load.sql. Texts are joined, nothing is formatted: the generator shares the cores
-- with what it measures.

local threads = 0

function setup(thread)
  threads = threads + 1
  thread:set("number", threads)
end

local body = '","kind":"canvass","start_time":"2031-05-03T14:00:00Z","end_time":"2031-05-03T17:00:00Z",'
  .. '"location_type":"in_person","description":"We meet at the corner at **ten**, practise the opening lines for '
  .. 'fifteen minutes, then walk in pairs. Bring: a charged phone, comfortable shoes, water. We bring clipboards, '
  .. 'maps and snacks. Back by one o\'clock to hand in lists and tell each other how it went.",'
  .. '"short_description":"Knock on doors with us. First-timers welcome, we go in pairs.",'
  .. '"address_line_1":"12 Maple Street","city":"Riverside","state":"NY","zip":"12550","latitude":41.523,'
  .. '"longitude":-74.011,"capacity":40,"waitlist_enabled":true,"contact_email":"field@bench.test",'
  .. '"contact_phone":"+18455550142"}'

function init(args)
  local case, organizations, per, actors, run = args[1], tonumber(args[2]), tonumber(args[3]), tonumber(args[4]), args[5]
  local doors = tonumber(args[6] or 500)
  local random = math.random
  math.randomseed(tonumber(run) * 16 + number)
  local host = " HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: application/json\r\n"
  local sent = 0

  -- Actors are spread evenly over the organizations; an owner may write, a member reads.
  local heads = {}
  for k = 1, actors do
    local o = math.floor((k - 1) * organizations / actors) + 1
    local user = (case == "create" or case == "contact") and o or case == "create-keyed" and o or o + organizations
    heads[k] = {o, host .. "Authorization: Bearer ccs_" .. string.format("%043d", user) .. "\r\n"}
  end

  if case == "public" then
    local tail = host .. "\r\n"
    -- Published and listed events only: of load.sql's forty in a row the 13th is unlisted, the 20th and 40th are drafts.
    request = function()
      local i = random(0, per / 20 - 1) * 20 + random(1, 12)
      return "GET /v1/public/events/" .. ((i - 1) * organizations + random(1, organizations)) .. tail
    end
  elseif case == "public-one" then
    local tail = host .. "\r\n"
    request = function() return "GET /v1/public/events/" .. (organizations + 1) .. tail end
  elseif case == "member" then
    request = function()
      local head = heads[random(1, actors)]
      return "GET /v1/events/" .. (random(0, per - 1) * organizations + head[1]) .. head[2] .. "\r\n"
    end
  elseif case == "list" then
    request = function()
      return "GET /v1/events?limit=50" .. heads[random(1, actors)][2] .. "\r\n"
    end
  elseif case == "door" then
    local tail = host .. "Authorization: Bearer ccs_" .. string.format("%043d", 1 + organizations) .. "\r\n\r\n"
    request = function()
      return "GET /v1/events/" .. (organizations + 1) .. "/attendees?limit=500" .. tail
    end
  elseif case == "check-in" then
    -- Everybody once: the threads take turns with the attendees of an event, the organizations follow each other.
    local act = string.format("%08x-%04x-4%03x-8000-", random(0, 2147483647), run, number)
    request = function()
      local head = heads[sent % actors + 1]
      local attendee = (math.floor(sent / actors) * 2 + number - 1) * organizations + head[1]
      sent = sent + 1
      local text = '{"client_id":"' .. act .. string.format("%012x", sent) .. '","occurred_at":"2026-11-20T23:00:00Z"}'
      return "POST /v1/events/" .. head[1] .. "/attendees/" .. attendee .. "/check-in" .. head[2]
        .. "Content-Type: application/json\r\nContent-Length: " .. #text .. "\r\n\r\n" .. text
    end
  elseif case == "contact" then
    -- Any door of an organization; an act of its own each time.
    local act = string.format("%08x-%04x-4%03x-8000-", random(0, 2147483647), run, number)
    request = function()
      local head = heads[random(1, actors)]
      sent = sent + 1
      local text = '{"client_id":"' .. act .. string.format("%012x", sent) .. '","channel":"door","disposition":"not_home",'
        .. '"door_id":' .. ((random(1, doors) - 1) * organizations + head[1]) .. ',"occurred_at":"2026-11-20T23:00:00Z"}'
      return "POST /v1/contacts" .. head[2] .. "Content-Type: application/json\r\nContent-Length: "
        .. #text .. "\r\n\r\n" .. text
    end
  else
    local keyed = case == "create-keyed"
    request = function()
      sent = sent + 1
      local name = run .. "-" .. number .. "-" .. sent
      local text = '{"title":"Canvass ' .. name .. body
      local key = keyed and "Idempotency-Key: key-" .. name .. "\r\n" or ""
      return "POST /v1/events" .. heads[random(1, actors)][2] .. key .. "Content-Type: application/json\r\nContent-Length: "
        .. #text .. "\r\n\r\n" .. text
    end
  end
end

function done(summary, latency, requests)
  local e = summary.errors
  io.write("RESULT " .. summary.requests .. " " .. summary.duration .. " " .. latency:percentile(50) .. " "
    .. latency:percentile(99) .. " " .. e.status .. " " .. (e.connect + e.read + e.write + e.timeout) .. "\n")
end
