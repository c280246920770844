console.log(hoisted, typeof later());
var hoisted = 1;
function later() { return inner(); function inner() { return 5; } }
let x = 1; { let x = 2; console.log(x); } console.log(x);
const fs = []; for (let i = 0; i < 3; i++) fs.push(() => i); console.log(fs.map(f => f()));
var gs = []; for (var j = 0; j < 3; j++) gs.push(() => j); console.log(gs.map(f => f()));
for (const k of [1, 2]) { var seen = k; } console.log(seen);
undeclared = 5; console.log(undeclared);
try { const c = 1; c = 2; } catch (e) { console.log(e.name, e.message); }
try { tdz; let tdz = 1; } catch (e) { console.log(String(e)); }
try { nope; } catch (e) { console.log(`${e}`); }
