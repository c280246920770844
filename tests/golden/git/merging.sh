git init -q repo; cd repo
printf '%s\n' 1 2 3 4 5 6 7 8 9 10 11 12 > f; git add f; git commit -qm base; tick
git switch -qc topic
sed -i 's/^2$/two/' f; git commit -qam two; tick
git switch -q main
git merge topic
git log --oneline --graph
git switch -qc a; sed -i 's/^5$/five/' f; echo a > a; git add a; git commit -qam five; tick
git switch -q main; sed -i 's/^11$/eleven/' f; git commit -qam eleven; tick
git merge a
git log --oneline --graph
git log --graph
git show
cat f
git branch -d a
git switch -qc c1; sed -i 's/^7$/sieben/' f; git commit -qam sieben; tick
git switch -q main; sed -i 's/^7$/sept/' f; git commit -qam sept; tick
git merge c1
git status
git status -s
cat f
git diff
git ls-files -s
git commit -m early
git merge c1
git merge --abort
git status
git merge c1 -m "Merge by hand"
sed -i '/^[<=>]/d' f
git add f
git status
git commit --no-edit
git log --oneline --graph -n 5
git log -1
git merge c1
git switch -qc ff; echo x > x; git add x; git commit -qm x; tick
git switch -q main
git merge --no-ff ff
git log --oneline --graph -n 3
git merge nope
git switch -qc del; git rm -q a; git commit -qm "remove a"; tick
git switch -q main; echo changed > a; git commit -qam "change a"; tick
git merge del
git status
git rm a
git commit -qm "Without a"
git log --oneline -n 2
git switch -qc add1; echo one > both; git add both; git commit -qm both1; tick
git switch -q main; echo two > both; git add both; git commit -qm both2; tick
git merge add1
git status -s
git reset --hard
git switch -qc d1; echo 1 > p; git add p; git commit -qm p; tick
git switch -q main; echo q > q; git add q; git commit -qm q; tick
git merge --ff-only d1
echo dirty >> f
git merge d1
git checkout f
git switch -qc d2 HEAD~1; sed -i 's/^1$/uno/' f; git commit -qam uno; tick
git switch -q main
echo dirty >> f
git merge d2
git merge-base main d1
