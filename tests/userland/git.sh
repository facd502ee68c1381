# root: git, with subprocesses, pipes, mapped packs
cd "$1"
export GIT_AUTHOR_NAME=a GIT_AUTHOR_EMAIL=a@b GIT_COMMITTER_NAME=a GIT_COMMITTER_EMAIL=a@b GIT_AUTHOR_DATE='@1700000000 +0000' GIT_COMMITTER_DATE='@1700000000 +0000' GIT_CONFIG_NOSYSTEM=1
git init -q -b main r; cd r; for i in $(seq 20); do seq $i >f$i; git add .; git commit -qm "commit $i"; done; git log --oneline | head -2; git log --oneline | wc -l
git checkout -q -b side HEAD~5; echo side >s; git add s; git commit -qm side; git checkout -q main; git merge -q -m merge side; git log --graph --oneline | head -4; git diff --stat HEAD~1 | tail -1
git gc -q; git fsck --full 2>&1 | grep -v '^Checking'; git count-objects -v | grep -E 'in-pack|packs'; cd ..; git clone -q r c; cd c; git log -1 --format=%H; git blame f20 | wc -l; git grep -c 7 -- f17; git archive HEAD | tar -t | wc -l; git rev-list --objects --all | wc -l; git stash list; git bisect start -q HEAD HEAD~4 2>&1 | head -1
