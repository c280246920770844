git config --global --list
git config user.name
git config nope.nope
git config nope
git config --global alias.st status
git config --global core.editor "nano -w"
cat .gitconfig
git init -q r; cd r
git st
git config user.email me@example.com
git config --get user.email
git config credential.helper gcloud.sh
git config --list --local
cat .git/config
git config --unset user.email
git config --unset user.email
git config --global --unset core.editor
cat .git/config
git config get user.name
git config set foo.bar 'a b # c'
git config get foo.bar
git config --add foo.bar second
git config --get-all foo.bar
git config foo.bar third
echo 1 > f; git add f
git -c user.name="Someone Else" -c user.email=else@example.com commit -m "By somebody else"
git log
git commit --amend --author="Third <third@example.com>" -m "Third did it"
git log --format='%an %cn'
cd ..; git -C r log --oneline
cd r; git config --global --unset user.name; git config --global --unset user.email; echo 2 > g; git add g
GIT_AUTHOR_NAME=E GIT_AUTHOR_EMAIL=e@e GIT_COMMITTER_NAME=E GIT_COMMITTER_EMAIL=e@e git commit -m "From the environment"
git foo
git comit
git stats
git --version
git config --global user.name Student; git config --global user.email s@example.com
GIT_EDITOR="sed -i 1s/^/Edited/" git commit --allow-empty
git log -1 --format=%B
GIT_EDITOR=true git commit --allow-empty
