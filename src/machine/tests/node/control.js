for (let i = 0; i < 10; i++) { if (i === 2) continue; if (i === 5) break; console.log(i); }
let n = 3; while (n--) console.log('w', n);
do { console.log('once'); } while (false);
function day(d) { switch (d) { case 0: return 'sunday'; case 5: case 6: { const x = 'late'; return x; } default: return 'other'; } }
console.log(day(0), day(5), day(6), day(9));
switch (3) { case 1: console.log('one'); default: console.log('default'); case 2: console.log('falls'); break; case 4: console.log('never'); }
try { try { throw new Error('inner'); } finally { console.log('finally'); } } catch (e) { console.log('caught', e.message); }
const f = () => { try { return 'try'; } finally { console.log('before return'); } }; console.log(f());
const g = () => { for (const x of [1, 2, 3]) { if (x === 2) return x; } }; console.log(g());
try { throw { code: 5 }; } catch ({ code }) { console.log(code); }
try { null.x; } catch { console.log('no binding'); }
if (true) ; else console.log('x')
var a = 1
var b = a
++b
console.log(a, b)
return
console.log('never')
