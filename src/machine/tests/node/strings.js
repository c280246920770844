const s = 'Hello, World';
console.log(s.length, s[0], s.charAt(4), s.charCodeAt(0), s.indexOf('o'), s.lastIndexOf('o'), s.slice(-5), s.slice(2, 4), s.substring(4, 1), s.substr(7, 3), s.toUpperCase(), s.toLowerCase());
console.log(s.split(', '), s.split(''), 'a,b,,c'.split(','), s.replace('o', '0'), s.replace(/o/g, '0'), s.replace(/(\w+), (\w+)/, '$2 $1'), s.replace(/l/g, m => m.toUpperCase()));
console.log('  x '.trim() + '|', 'x'.repeat(3), 'x'.padStart(3, '-'), 'x'.padEnd(3) + '|', s.startsWith('He'), s.endsWith('d'), s.includes('lo,'), 'a-b-c'.replaceAll('-', '+'));
console.log(`sum ${1 + 2} and ${[1, 2]} and ${{}} ${`inner ${'x'}`}`, `two
lines`, 'tab\tq\'\u0041\x42\u{1F600}');
console.log('x=1; y=22'.match(/(\w)=(\d+)/), 'x=1; y=22'.match(/\d+/g), 'abc'.match(/z/), /^\/hello\/(\w+)$/.test('/hello/you'), /^\/hello\/(\w+)$/.exec('/hello/you')[1], 'aXbX'.search(/X/));
console.log(encodeURIComponent('a b&c/d'), decodeURIComponent('a%20b%26c'), encodeURI('a b/c?d=é'), String(123), String(null), (12.5).toString(), 'b' > 'a', 'abc'.concat('d', 1));
console.log('%s is %d years and %i, %j %%', 'Bob', 42.5, 42.9, { a: 1 }, "extra", { b: 2 });
console.log('100%', 5, '%s');
