class MyError extends Error { constructor(m) { super(m); this.name = 'MyError'; this.extra = 5; } }
try { throw new MyError('mine'); } catch (e) { console.log(e.name, e.message, e.extra, e instanceof MyError, e instanceof Error, String(e)); }
for (const bad of [() => undefined.x, () => null.x, () => { undefined.y = 1; }, () => nope(), () => ({}).f(), () => { const o = {}; o.a.b(); }, () => { let x = 5; x(); }, () => { let n; return new n(); }, () => { [...5]; }, () => 'x' in 'y', () => JSON.parse('{bad'), () => JSON.parse(''), () => JSON.parse('[1,]'), () => 'x'.repeat(-1), () => (1).toString(99), () => new Array(-1), () => { const [a] = null; }, () => { const { a } = undefined; }, () => { class A {} A(); }, () => decodeURI.x.y, () => [].reduce((a, b) => a)]) {
  try { bad(); console.log('no error'); } catch (e) { console.log(`${e.name}: ${e.message}`); }
}
