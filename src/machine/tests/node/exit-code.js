console.log('a');
process.exitCode = 4;
console.error('b');
