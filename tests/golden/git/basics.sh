git status
mkdir repo; cd repo
git init
git status
echo hello > a.txt; mkdir -p dir/sub; echo x > dir/sub/x.txt; echo y > dir/y.txt
git status
git status -s
git add a.txt
git status
git commit -m "First commit"
git log
git status --short --branch
git add .
git diff --staged
git diff --cached --stat
git commit -m "Add folders" -m "With a body
of two lines."
git log --oneline
git show
echo more >> a.txt
git diff
git status
git add -v a.txt
echo again >> a.txt
git status -s
git status
git commit -m Staged
git commit -am "All the rest"
git commit -m nothing
git log -n 2 --format='%h %an <%ae> %s'
git log --oneline --stat
rm dir/y.txt
git status
git commit -a -m "Remove y"
git rev-parse HEAD HEAD~1 HEAD^{tree}
git cat-file -p HEAD
git cat-file -p HEAD^{tree}
git cat-file -t HEAD:a.txt
git ls-files -s
git ls-tree -r HEAD
git commit --amend -m "Remove the file y"
git reflog
git commit --allow-empty -m "Empty"
git log -3 --oneline
git show --stat HEAD~1
git show HEAD:a.txt
git show HEAD:nope
git rm a.txt
git status -s
git reset
git checkout a.txt
git checkout -- a.txt
git add nope
git commit
