const fs = require('fs');
fs.writeFileSync('/tmp/podarium-node-test.txt', 'one\n'); fs.appendFileSync('/tmp/podarium-node-test.txt', 'two\n');
console.log(fs.readFileSync('/tmp/podarium-node-test.txt', 'utf8'), fs.readFileSync('/tmp/podarium-node-test.txt').length, fs.existsSync('/tmp/podarium-node-test.txt'), fs.existsSync('/nope'), fs.statSync('/tmp').isDirectory(), fs.statSync('/tmp/podarium-node-test.txt').size);
fs.readFile('/tmp/podarium-node-test.txt', 'utf8', (err, data) => { console.log(err, data.split('\n')); fs.unlinkSync('/tmp/podarium-node-test.txt'); console.log(fs.existsSync('/tmp/podarium-node-test.txt')); });
fs.readFile('/nope', (err, data) => console.log(err.code, err.message, data));
try { fs.readFileSync('/nope'); } catch (e) { console.log(e.code, e.errno, e.syscall, e.path, e.message); }
try { fs.readdirSync('/nope'); } catch (e) { console.log(e.message); }
try { fs.readFileSync('/tmp'); } catch (e) { console.log(e.message); }
