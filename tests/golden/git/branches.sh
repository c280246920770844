git init repo; cd repo
git branch
git checkout -b other
git status
echo 1 > f; git add f; git commit -qm one; tick
git branch
git branch main
git branch -v
git switch main
git switch main
git switch -c topic
echo 2 > g; git add g; git commit -qm two; tick
git checkout main
git checkout nope
git switch nope
git branch -d topic
git branch -D topic
git branch -d main
git branch -d zip
git switch -
git branch -m renamed
git branch
git branch --show-current
git branch new HEAD~3
git branch bad..name
git branch renamed
git checkout -b x main
echo dirty >> f
git checkout main
git stash
git checkout renamed
echo 3 > f; git commit -qam three; tick
echo local > f
git checkout main
git checkout -f main
git status -s
echo untracked > h
git checkout -b withh; git add h; git commit -qm h; tick
git checkout main
echo mine > h
git checkout withh
rm h
git checkout HEAD~1
git branch
git status
echo d > d; git add d; git commit -qm detached; tick
git checkout main
git checkout --detach
git switch main
git tag v1
git checkout v1
git status
git switch -c fromtag
git branch --merged
git branch --no-merged
git branch -vv
