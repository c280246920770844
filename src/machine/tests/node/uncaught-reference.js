var http = require('http');

function go() {
  foo();
}
go();
