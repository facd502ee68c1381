# root: make -j4 of a small project, and again when one file has changed
cd "$1"
for i in $(seq 12); do echo "int f$i(void) { return $i; }" >f$i.c; done
{ for i in $(seq 12); do echo "int f$i(void);"; done; echo '#include <stdio.h>'; echo 'int main(void) { printf("%d\n", 0'; for i in $(seq 12); do echo "+ f$i()"; done; echo '); }'; } >main.c
cat >Makefile <<'M'
OBJS := $(patsubst %.c,%.o,$(sort $(wildcard *.c)))
sum: $(OBJS) ; $(CC) -o $@ $^
%.o: %.c ; $(CC) -O1 -c $< && echo $< >>compiled
M
make -s -j4 CC=gcc-12 && ./sum && sort compiled | wc -l
sleep 1; echo 'int f3(void) { return 103; }' >f3.c; : >compiled; make -s -j4 CC=gcc-12 && ./sum && cat compiled
