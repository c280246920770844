git init -q repo; cd repo
git log
git show
git log --oneline nope
cat > main.go <<'X'
package main

import "fmt"

func main() {
	fmt.Println("one")
	fmt.Println("two")
	fmt.Println("three")
}

func other() {
	fmt.Println("a")
	fmt.Println("b")
	fmt.Println("c")
	fmt.Println("d")
	fmt.Println("e")
}
X
git add .; git commit -qm "Add main"; tick
sed -i 's/"e"/"E"/; s/"one"/"ONE"/' main.go
git diff
git commit -qam "Shout"; tick
cat >> main.go <<'X'

func third() {
	fmt.Println("x")
}
X
sed -i 's/^func other/func another/' main.go
git diff --stat
git diff -U1
git diff --numstat --shortstat
git commit -qam "Third"; tick
git log -p -n 2
git log --format=fuller -1
git log --pretty=oneline
git log --pretty=short
git log --reverse --oneline
git log --oneline HEAD~1
git log --oneline HEAD~2..HEAD
git log --oneline -- main.go
git log --oneline --author=Student
git log --oneline --author=Nobody
git log --oneline --grep=Shout
git log --format='%H %T %P%n%an %ae %ad%n%cn %ce %cd%n%s%n%b%d' -2
git log --format=%s
git log --date=short --format='%ad %s'
git log --date=iso -1
git log --name-only --oneline
git log --name-status -1
git diff HEAD~2 HEAD
git diff HEAD~2..HEAD --stat
git diff HEAD~1 main.go
git diff nope
git show HEAD~1 --stat
git show HEAD~9
git show HEAD^2
git tag v1.0 HEAD~1
git tag -a v1.1 -m "Release 1.1"
git tag
git tag -n
git show v1.1 --stat
git log --oneline --decorate
git tag v1.0
git tag -d v1.0
git rev-parse v1.1 v1.1^{commit} --short HEAD
git rev-parse --abbrev-ref HEAD
git rev-parse nope
git rev-parse --verify nope
git switch -qc b1 HEAD~1; echo 1 > 1; git add 1; git commit -qm b1; tick
git switch -qc b2 HEAD~1; echo 2 > 2; git add 2; git commit -qm b2; tick
git switch -q main; git merge -q b1 -m "Merge b1"; tick
git merge -q b2 -m "Merge b2"; tick
git log --oneline --graph
git log --graph --oneline --all --decorate
git log --oneline
git log --oneline --no-merges
git log --oneline --first-parent
git diff main...b2
