git init --bare remote.git
git clone remote.git work
cd work
git remote set-url origin ../remote.git
git status
echo hello > README.md; git add .; git commit -qm "Start"; tick
git remote
git remote -v
git push
git push -u origin main
git push
git status
git log --oneline --decorate
cd ..; git clone remote.git other; cd other
git branch -a
git log --oneline --decorate
git checkout -b feature; echo f > f; git add f; git commit -qm "Feature"; tick
git push origin feature
git push -u origin feature
git switch -q main
echo theirs >> README.md; git commit -qam "Theirs"; tick
git push
cd ../work
git fetch
git status
git branch -a
git checkout feature
git branch -vv
git switch main
git pull
git log --oneline
echo ours > ours; git add ours; git commit -qm Ours; tick
git status
git status -sb
cd ../other
echo more >> README.md; git commit -qam More; tick
git push
cd ../work
git push
git fetch
git push
git status
git pull
git pull --no-rebase
git log --oneline --graph
git push
git push origin --delete feature
git push origin :nope
git fetch --prune
cd ../other
git fetch --prune
git branch -a
git remote add upstream ../nope.git
git remote add origin x
git fetch upstream
git push upstream main
git remote rm upstream
git remote rm nope
git remote get-url origin
git remote set-url origin ../remote.git
git remote rename origin o2
git branch -vv
git config --list --local
git pull
git tag v1; git tag -a v2 -m "Version 2"
git push o2 v1
git push o2 --tags
git ls-remote o2
git push --force o2 HEAD~1:main
git push o2 main:copy
git push o2 nope
git reset -q --hard HEAD~1
git status
git pull
cd ..; git clone nope; git clone work
git clone remote.git
mkdir empty; cd empty; git clone ../remote.git .
ls
cd ..; git clone -q -b copy remote.git third; cd third; git status
cd ..; git init -q nothing; cd nothing; git push; git push origin main; git pull; git fetch
