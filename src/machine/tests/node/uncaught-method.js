const o = { run() { return this.missing.x; } };
class A { go() { o.run(); } static s() { new A().go(); } }
A.s();
