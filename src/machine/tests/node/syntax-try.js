try { x(); }
console.log(1);
