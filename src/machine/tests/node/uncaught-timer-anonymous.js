setTimeout(() => {
  x.y = 1;
}, 5);
