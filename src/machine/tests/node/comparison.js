console.log(1 == "1", 1 === "1", null == undefined, null === undefined, null == 0, NaN == NaN, "a" < "b", "10" < "9", 10 < "9", [] == false, [1] == 1);
console.log(typeof 1, typeof "", typeof undefined, typeof null, typeof {}, typeof [], typeof (() => 1), typeof nowhere, typeof true);
console.log(0 || "x", "" ?? "x", null ?? "y", 1 && 2, 0 && 2, !"", !!"a");
let a = null; a ??= 5; a ||= 6; a &&= 7; console.log(a);
console.log("a" in {a: 1}, 0 in [1], "length" in [], [] instanceof Array, [] instanceof Object, (function(){}) instanceof Function);
console.log(true ? 1 : 2, false ? 1 : true ? 3 : 4, (1, 2, 3));
console.log(void 0, delete {}.x);
