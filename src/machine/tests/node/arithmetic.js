console.log(1+2, 7/2, 7%3, -7%3, 2**10, 1e21, 1e-7, 0.1+0.2, 5e-324, 123456789012345680000);
console.log(1<<31, -1>>>0, -9>>1, 5&3, 5|3, 5^3, ~5);
console.log("5"*"2", "5"+2, 5+"2", +"", +"x", +true, null+1, undefined+1, [] + {}, [1,2]+[3]);
console.log(1/0, -1/0, 0/0, -0, [-0]);
let i = 5; console.log(i++, i, ++i, i--, --i);
i += 3; i *= 2; i -= 1; i /= 3; i %= 4; i **= 2; console.log(i);
console.log((25).toString(2), (255).toString(16), (3.14159).toFixed(2), (1234567.891).toLocaleString(), parseInt("42px"), parseInt("0x1f"), parseFloat("3.5abc"), Number("0b101"));
console.log(Math.max(1,5,3), Math.min(), Math.round(2.5), Math.round(-2.5), Math.floor(-1.5), Math.trunc(-1.7), Math.sign(-3), Math.hypot(3,4), Math.PI);
