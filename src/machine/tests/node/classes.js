class Animal { constructor(name) { this.name = name; } speak() { return `${this.name} makes a sound`; } static make(n) { return new this(n); } toString() { return `Animal(${this.name})`; } }
class Dog extends Animal { speak() { return super.speak() + ' woof'; } }
class Puppy extends Dog { constructor(name, age) { super(name); this.age = age; } }
const d = new Dog('Rex'), p = new Puppy('Bit', 1); console.log(d.speak(), p.speak(), p, d instanceof Animal, String(d), Dog.make('x').name, Animal, p.constructor.name);
function Old(x) { this.x = x; } Old.prototype.get = function () { return this.x; }; const o = new Old(7); console.log(o.get(), o, o.constructor === Old, Object.getPrototypeOf(o) === Old.prototype);
const m = new Map([['a', 1], ['b', { c: 2 }]]); m.set('z', 3); m.delete('a'); console.log(m, m.get('b'), m.has('z'), m.size); m.forEach((v, k) => console.log(k, v)); for (const [k, v] of m) console.log(k, v);
const s = new Set([1, 2, 2, 'x']); s.add(3); console.log(s, s.has(2), s.size, [...s]);
console.log(new Date(0), [new Date(86400000)], new Date(2020, 1, 29, 12, 30).toISOString(), new Date('2020-01-01').getTime(), new Date(NaN), new Date(0).getDay(), new Date('2021-03-04T05:06:07Z').toUTCString(), Date.parse('1970-01-02'));
console.log(/a\/b/gi, [/x/]);
