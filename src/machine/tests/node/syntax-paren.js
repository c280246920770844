var http = require('http');
console.log('x';
