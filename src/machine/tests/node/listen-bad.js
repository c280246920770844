require('http').createServer().listen(99999);
