git init -q repo; cd repo
printf '%s\n' 1 2 3 4 5 6 7 8 9 > f; echo base > g; git add .; git commit -qm base; tick
git switch -qc left; sed -i 's/^2$/two/' f; git commit -qam left; tick
git switch -q main; sed -i 's/^8$/eight/' f; git commit -qam right; tick
git branch right
git switch -q left; git merge -q right -m "right into left"; tick
git switch -q main; git merge -q left~1 -m "left into right"; tick
git merge-base --all main left | wc -l
git switch -q left; sed -i 's/^5$/five/' f; git commit -qam five; tick
git switch -q main; sed -i 's/^4$/four/' f; echo more >> g; git commit -qam four; tick
git merge left
cat f
git merge --abort
git checkout -q -b far main~1; sed -i 's/^1$/one/' f; git commit -qam one; tick
git merge left -m "far and left"; tick
cat f
git log --oneline --graph
git switch -q main; git switch -qc x1 main~3; echo a > h; git add h; git commit -qm h1; tick
git switch -qc x2 main~3; echo b > h; git add h; git commit -qm h2; tick
git branch x1old x1
git switch -q x1; git merge x2
printf '%s\n' a b > h; git add h; git commit -qm "x2 into x1"; tick
git switch -q x2; git merge x1old
printf '%s\n' b a > h; git add h; git commit -qm "x1 into x2"; tick
git merge x1
cat h
git ls-files -s h
git diff
