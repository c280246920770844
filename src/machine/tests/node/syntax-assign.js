var ok = 1;
var = 5;
