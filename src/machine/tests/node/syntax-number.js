var a = 3abc;
