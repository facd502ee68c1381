-- Tables with metatables, closures, strings, sorting: an inventory that is filled, changed and reported.
local Item = {}
Item.__index = Item
function Item.new(name, count) return setmetatable({name = name, count = count, log = {}}, Item) end
function Item:add(n)
    self.count = self.count + n
    self.log[#self.log + 1] = n
    return self
end
function Item:total()
    local sum = 0
    for _, n in ipairs(self.log) do sum = sum + n end
    return sum
end

local function counter()
    local n = 0
    return function() n = n + 1; return n end
end

local function round(seed)
    local next_number, items, names = counter(), {}, {}
    for i = 1, 40 do
        local name = string.format("%s%03d", ({"bolt", "nut", "gear", "pin"})[i % 4 + 1], (i * 37 + seed) % 101)
        if not items[name] then
            items[name] = Item.new(name, i)
            names[#names + 1] = name
        end
        items[name]:add(next_number() % 7):add(seed % 5)
    end
    table.sort(names, function(a, b)
        local x, y = items[a]:total(), items[b]:total()
        if x ~= y then return x < y end
        return a < b
    end)
    local lines = {}
    for i, name in ipairs(names) do lines[i] = name:upper() .. "=" .. items[name].count end
    local text, words = table.concat(lines, " "), 0
    for word in text:gmatch("%u+") do words = words + #word end
    return #text + words
end

function work(rounds)
    local sum = 0
    for i = 1, rounds do sum = (sum * 31 + round(i)) % 1000003 end
    return tostring(sum)
end
