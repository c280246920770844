git init -q repo; cd repo
for i in 1 2 3 4; do echo $i > f$i; git add f$i; git commit -qm "c$i"; tick; done
git reset --soft HEAD~1
git status -s
git commit -qm again; tick
git reset HEAD~1
git status -s
git add f4; git commit -qm "c4 again"; tick
echo x >> f1; echo y >> f2
git reset
git reset --hard HEAD~2
git log --oneline
git status -s
git reset --hard nope
git reset nope
echo x >> f1; git add f1
git restore --staged f1
git status
git restore f1
git status
git restore nope
git restore
echo z > f1; git add f1; rm f1
git status
git restore --staged --worktree f1
cat f1
git restore --source HEAD~1 f2
git status -s
git reset -q --hard
git checkout HEAD~1 -- f2
git checkout HEAD~1 f1
git reset f1
git reset --hard ORIG_HEAD
git reflog
git stash
echo 5 >> f1; git add f1; echo 6 >> f2
git stash
git stash list
git status -s
git stash show
git stash pop
echo 7 >> f1
git stash push -m "my work"
git stash
git stash list
git stash apply
git stash drop
git stash pop
git stash drop stash@{3}
echo conflict > f1; git commit -qam conflict; tick
echo base > f2; git stash -q; echo other > f2; git commit -qam other; tick
git stash pop
git status
git reset --hard; git stash clear; git stash list
