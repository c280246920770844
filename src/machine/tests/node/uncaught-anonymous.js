[1].concat([2]);
(function () {
	(() => { notAFunction(); })();
})();
