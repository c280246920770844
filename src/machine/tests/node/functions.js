function add(a, b = 10, ...rest) { return a + b + rest.length; }
console.log(add(1), add(1, 2), add(1, 2, 3, 4), add.length, add.name);
const square = x => x * x, pair = (a, b) => ({ a, b }); console.log(square(5), pair(1, 2));
function args() { return arguments.length + ':' + Array.prototype.slice.call(arguments).join('-'); } console.log(args(1, 2, 3));
const counter = () => { let n = 0; return { up: () => ++n, get value() { return n; } }; };
const c = counter(); c.up(); c.up(); console.log(c.value, c);
console.log((function () { return typeof this; }).call(5 > 3 ? 'x' : 0) !== undefined);
const o = { name: 'o', hi() { return this.name; }, late: function () { return [1].map(() => this.name); } };
console.log(o.hi(), o.late(), o.hi.call({ name: 'other' }), o.hi.bind({ name: 'bound' })(), Math.max.apply(null, [1, 9, 3]), Math.max(...[4, 8]));
function fact(n) { return n < 2 ? 1 : n * fact(n - 1); } console.log(fact(20));
(function () { console.log('called at once'); })();
console.log([1, 2, 3].reduce((a, b) => a + b), (() => {})());
