-- Loops over arrays of floats and integers: a small matrix power, a sieve, eight queens.
local N = 8
local function multiply(a, b)
    local c = {}
    for i = 1, N do
        local row = {}
        for j = 1, N do
            local sum = 0.0
            for k = 1, N do sum = sum + a[i][k] * b[k][j] end
            row[j] = sum / 4
        end
        c[i] = row
    end
    return c
end

local function primes(limit)
    local composite, count = {}, 0
    for i = 2, limit do
        if not composite[i] then
            count = count + 1
            for m = i * i, limit, i do composite[m] = true end
        end
    end
    return count
end

local function queens(n)
    local column, up, down, found = {}, {}, {}, 0
    local function place(row)
        if row > n then
            found = found + 1
            return
        end
        for c = 1, n do
            if not (column[c] or up[row + c] or down[row - c + n]) then
                column[c], up[row + c], down[row - c + n] = true, true, true
                place(row + 1)
                column[c], up[row + c], down[row - c + n] = false, false, false
            end
        end
    end
    place(1)
    return found
end

function work(rounds)
    local sum = 0
    for r = 1, rounds do
        local m = {}
        for i = 1, N do
            m[i] = {}
            for j = 1, N do m[i][j] = ((i * j + r) % 7) / 8 end
        end
        local p = multiply(multiply(m, m), m)
        sum = (sum + math.floor(p[3][5] * 1000) + primes(300) + queens(6) * r) % 1000003
    end
    return tostring(sum)
end
