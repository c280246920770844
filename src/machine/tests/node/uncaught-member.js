var server = {};
server.listen(8080);
