function (a, b) { }
