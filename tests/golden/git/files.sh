git init -q repo; cd repo
printf '*.log\nbuild/\n!keep.log\n' > .gitignore
mkdir -p build src; echo 1 > build/out; echo 2 > a.log; echo 3 > keep.log; echo 4 > src/b.log; echo 5 > src/main
git status
git status -s --ignored
git status -uall
git add a.log
git add -f a.log
git add .
git ls-files
git commit -qm start; tick
git mv src/main src/program
git status
git status -s
git commit -m "Rename"
git show --stat
git show
tick; git mv src lib
git mv nope other
git mv build there
git commit -qam "Move the folder"; tick
git log --stat --oneline -n 1
chmod +x lib/program
git diff
git commit -am "Make it executable"; tick
printf '%s\n' a b c d e f g h i j > lib/long; git add lib/long; git commit -qm long; tick
git mv lib/long lib/longer; echo k >> lib/longer; git add -A
git status -s
git diff --staged
git diff --staged --stat
git diff --staged --name-status
git commit -m "Rename and change"; tick
git rm lib
git rm -r lib
git status
git commit -qm "Remove lib"; tick
git rm nope
echo x >> keep.log
git rm keep.log
git rm --cached keep.log
git status -s
git add keep.log
git rm keep.log
git rm -f keep.log
printf 'no newline' > n; git add n; git commit -qm n; tick
printf 'no newline at all' > n; git diff
printf 'with newline\n' > n; git diff
mkdir deep; cd deep; echo d > d; git status; git status -s; git add .; git ls-files; git ls-files ..; git status
git diff --staged --name-only; git restore --staged d; git status -s
cd ..
printf 'a\000b' > bin; git add bin; git diff --staged; git diff --staged --stat; git commit -m binary; tick
echo 'spaces' > 'with space.txt'; git add .; git status; git status -s; git commit -qm spaces; git show --stat
git ls-files; git ls-files -m -d -o
git rev-parse --show-toplevel --is-inside-work-tree
