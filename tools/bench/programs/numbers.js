// Loops over arrays of numbers and typed arrays: eight queens, a checksum, a picture of sums.
function queens(n) {
    var column = [], up = [], down = [], found = 0;
    function place(row) {
        if (row === n) {
            found++;
            return;
        }
        for (var c = 0; c < n; c++) {
            if (column[c] || up[row + c] || down[row - c + n]) continue;
            column[c] = up[row + c] = down[row - c + n] = true;
            place(row + 1);
            column[c] = up[row + c] = down[row - c + n] = false;
        }
    }
    place(0);
    return found;
}

function adler(bytes) {
    var a = 1, b = 0;
    for (var i = 0; i < bytes.length; i++) {
        a = (a + bytes[i]) % 65521;
        b = (b + a) % 65521;
    }
    return (b << 16 | a) >>> 0;
}

function work(rounds) {
    var sum = 0, bytes = new Uint8Array(500), x = 0.5;
    for (var r = 0; r < rounds; r++) {
        for (var i = 0; i < bytes.length; i++) bytes[i] = i * r ^ i >> 2;
        x = 0.1 + (r % 10) / 20;
        for (i = 0; i < 200; i++) x = 3.7 * x * (1 - x);
        sum = (sum + adler(bytes) + queens(5) + Math.floor(x * 1000)) % 1000003;
    }
    return String(sum);
}
