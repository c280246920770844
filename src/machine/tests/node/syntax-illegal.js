var a = 3 # 4;
