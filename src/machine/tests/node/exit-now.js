setTimeout(() => console.log('never'), 100);
process.exit(3);
console.log('never');
