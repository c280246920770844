console.log('before');
function f(x) { if (x > 2) throw new Error('too big: ' + x); return f(x + 1); }
f(0);
