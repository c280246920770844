function Thing() { this.x = undefined.y; }
new Thing();
