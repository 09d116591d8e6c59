-- Lua 5.4: what the expressions of G4 are in Lua, each a function that was compiled before; checks of types are what a
-- Lua programmer writes by hand.
--
--   lua5.4 expressions.lua G4 [--tiny]

local SECONDS = 0.5
local math_type, type, pairs = math.type, type, pairs

local x, name = 41, 'db1.example.com'
local record = { name = 'db1.example.com', port = 3306, tags = { 'galera', 'primary' } }

local function list_of(count)
  local list = {}
  for i = 1, count do list[i] = i end
  return list
end

local function map(list, f)
  local result = {}
  for i = 1, #list do result[i] = f(list[i]) end
  return result
end

local function map_pairs(hash, f)
  local result = {}
  for k, v in pairs(hash) do result[#result + 1] = f(k, v) end
  return result
end

local function reduce(list, f)
  local memo = list[1]
  for i = 2, #list do memo = f(memo, list[i]) end
  return memo
end

local RECORD_KEYS = { name = true, port = true, tags = true }

local function is_record(value)
  if type(value) ~= 'table' then return false end
  for key in pairs(value) do
    if not RECORD_KEYS[key] then return false end
  end
  if type(value.name) ~= 'string' or #value.name < 1 then return false end
  local port, tags = value.port, value.tags
  if math_type(port) ~= 'integer' or port < 1 or port > 65535 or type(tags) ~= 'table' then return false end
  for i = 1, #tags do
    if type(tags[i]) ~= 'string' then return false end
  end
  return true
end

local function print_rate(workload, rate, unit)
  print(string.format('{"workload": "G4/%s", "rate": %.1f, "unit": "%s"}', workload, rate, unit))
end

-- Evaluations in passes of `times` until the figure rests on half a second; `calls` of a lambda in each are what counts.
local function measure(workload, seconds, times, calls, expression, right)
  local passes, result = 0, nil
  local from = os.clock()
  repeat
    for _ = 1, times do result = expression(x, name, record) end
    passes = passes + 1
  until os.clock() - from >= seconds
  local spent = math.max(os.clock() - from, 1e-6)
  if not right(result) then
    io.stderr:write('lua: wrong result of ', workload, '\n')
    os.exit(1)
  end
  print_rate(workload, passes * times * (calls or 1) / spent, calls and 'lambda calls/s' or 'evaluations/s')
end

local function main(seconds, times, elements)
  local list = list_of(elements)
  measure('increment', seconds, times, nil, function(x) return x + 1 end, function(r) return r == 42 end)
  measure('map_hash', seconds, times, nil,
    function() return map_pairs({ [1] = 'a', [2] = 'b' }, function(k, v) return { k, v } end) end,
    function(r) return #r == 2 and r[1][1] == 1 and r[2][2] == 'b' end)
  measure('map', seconds, times // 100, elements,
    function() return map(list, function(v) return v + 1 end) end,
    function(r) return #r == elements and r[elements] == elements + 1 end)
  measure('reduce', seconds, times // 100, elements,
    function() return reduce(list, function(memo, v) return memo + v end) end,
    function(r) return r == elements * (elements + 1) // 2 end)
  measure('interpolation', seconds, times, nil,
    function(x, name) return name .. ': member ' .. x .. ' of the cluster' end,
    function(r) return r == 'db1.example.com: member 41 of the cluster' end)
  measure('integer', seconds, times, nil,
    function(x) return math_type(x) == 'integer' and x >= 0 and x <= 100 end,
    function(r) return r == true end)
  measure('struct', seconds, times, nil, function(_, _, record) return is_record(record) end,
    function(r) return r == true end)
end

if arg[1] == 'G4' and arg[2] == '--tiny' then
  main(0, 100, 20)
elseif arg[1] == 'G4' and not arg[2] then
  main(SECONDS, 10000, 1000)
else
  io.stderr:write('usage: lua5.4 expressions.lua G4 [--tiny]\n')
  os.exit(2)
end
