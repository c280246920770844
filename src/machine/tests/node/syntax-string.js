var a = 'unclosed;
var b = 1;
