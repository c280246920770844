process.on('uncaughtException', e => { console.log('handled', e.message); });
setTimeout(() => console.log('goes on'), 5);
throw new Error('x');
