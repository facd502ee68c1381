// Objects with prototypes, closures, strings, JSON, sorting, a regular expression.
function Account(name) {
    this.name = name;
    this.moves = [];
}
Account.prototype.move = function (n) {
    this.moves.push(n);
    return this;
};
Account.prototype.balance = function () {
    return this.moves.reduce(function (a, b) { return a + b; }, 0);
};

function round(seed) {
    var accounts = {}, names = [], i;
    for (i = 0; i < 30; i++) {
        var name = ['north', 'south', 'east', 'west'][i % 4] + (i * 13 + seed) % 17;
        if (!accounts[name]) {
            accounts[name] = new Account(name);
            names.push(name);
        }
        accounts[name].move(i * seed % 23).move(-(i % 5));
    }
    names.sort(function (a, b) { return accounts[a].balance() - accounts[b].balance() || (a < b ? -1 : 1); });
    var text = JSON.stringify(names.map(function (n) { return {name: n, balance: accounts[n].balance()}; }));
    var again = JSON.parse(text), sum = text.length;
    for (i = 0; i < again.length; i++) sum += again[i].balance * (i + 1);
    return sum + text.replace(/[a-z]+(\d+)/g, '$1').length;
}

function work(rounds) {
    var sum = 0;
    for (var i = 1; i <= rounds; i++) sum = (sum * 31 + round(i)) % 1000003;
    return String(sum);
}
