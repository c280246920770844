const e = new Error('with more');
e.code = 'E_MORE';
e.list = [1, 2];
throw e;
