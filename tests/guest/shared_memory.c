// Shared memory: POSIX, System V with its 32-bit structures, memory files, anonymous; and semaphores and messages beside it.
// stinkarm-test: build=arm,thumb,armel
// stinkarm-test: stdout="ok\n"
#define _GNU_SOURCE
#include <fcntl.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "check.h"

#define P 4096u

static int child(int (*fn)(void *), void *arg)
{
    int status;
    fflush(stdout);
    const pid_t pid = fork();
    if (!pid) _exit(fn(arg));
    return waitpid(pid, &status, 0) == pid && WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static int add_many(void *arg)
{
    for (int i = 0; i < 100000; i++)
        __atomic_fetch_add((int *)arg, 1, __ATOMIC_SEQ_CST);
    return 3;
}

static void posix(void)
{
    char name[64];
    snprintf(name, sizeof name, "/stinkarm-test-%d", getpid());
    const int fd = shm_open(name, O_RDWR | O_CREAT | O_EXCL, 0600);
    CHECK(fd >= 0 && ftruncate(fd, 2 * P) == 0);
    int *p = mmap(NULL, 2 * P, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    int *same = mmap(NULL, P, PROT_READ, MAP_SHARED, fd, 0);
    CHECK(p != MAP_FAILED && same != MAP_FAILED);
    CHECK(child(add_many, p) == 3 && *p == 100000 && *same == 100000);
    CHECK(shm_unlink(name) == 0 && shm_open(name, O_RDWR, 0) == -1 && errno == ENOENT);
    close(fd);
    sem_t *sem = (sem_t *)(p + 16);
    CHECK(sem_init(sem, 1, 0) == 0);
    const pid_t pid = fork();
    if (!pid) {
        usleep(20000);
        _exit(sem_post(sem));
    }
    CHECK(sem_wait(sem) == 0 && waitpid(pid, NULL, 0) == pid);
    munmap(p, 2 * P), munmap(same, P);
}

static void memory_file(void)
{
    const int fd = memfd_create("name", MFD_ALLOW_SEALING);
    CHECK(fd >= 0 && ftruncate(fd, P) == 0);
    char *p = mmap(NULL, P, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    strcpy(p, "hello");
    char back[6], link[64], path[64];
    CHECK(pread(fd, back, 6, 0) == 6 && !strcmp(back, "hello"));
    CHECK(fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE) == -1 && errno == EBUSY); // it is mapped
    munmap(p, P);
    CHECK(fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE | F_SEAL_SHRINK) == 0 && fcntl(fd, F_GET_SEALS) == (F_SEAL_WRITE | F_SEAL_SHRINK));
    CHECK(mmap(NULL, P, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0) == MAP_FAILED && errno == EPERM);
    CHECK(ftruncate(fd, 0) == -1 && errno == EPERM);
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    const ssize_t n = readlink(path, link, sizeof link - 1);
    CHECK(n > 0 && !strncmp(link, "/memfd:name", 11));
    close(fd);
}

static void sysv_memory(void)
{
    const int id = shmget(IPC_PRIVATE, 3 * P - 100, IPC_CREAT | 0640);
    CHECK(id >= 0);
    struct shmid_ds ds;
    CHECK(shmctl(id, IPC_STAT, &ds) == 0 && ds.shm_segsz == 3 * P - 100 && ds.shm_nattch == 0 && ds.shm_cpid == getpid());
    CHECK((ds.shm_perm.mode & 0777) == 0640 && ds.shm_perm.uid == getuid() && ds.shm_ctime > 1600000000);
    int *p = shmat(id, NULL, 0), *ro = shmat(id, NULL, SHM_RDONLY);
    CHECK(p != (void *)-1 && ro != (void *)-1 && p != ro);
    CHECK((uintptr_t)p % SHMLBA == 0);
    CHECK(shmat(id, (char *)p + P, 0) == (void *)-1 && errno == EINVAL); // not aligned, or taken
    CHECK(shmat(id, (void *)0x50000001, SHM_RND) == (void *)0x50000000);
    CHECK(child(add_many, p) == 3 && *p == 100000 && *ro == 100000 && *(int *)0x50000000 == 100000);
    CHECK(shmctl(id, IPC_STAT, &ds) == 0 && ds.shm_nattch == 3 && ds.shm_lpid != getpid());
    ds.shm_perm.mode = 0600;
    CHECK(shmctl(id, IPC_SET, &ds) == 0 && shmctl(id, IPC_STAT, &ds) == 0 && (ds.shm_perm.mode & 0777) == 0600);
    CHECK(shmdt((char *)p + P) == -1 && errno == EINVAL);
    CHECK(shmdt(p) == 0 && shmdt(ro) == 0 && shmdt((void *)0x50000000) == 0);
    CHECK(shmctl(id, IPC_RMID, NULL) == 0 && shmat(id, NULL, 0) == (void *)-1 && (errno == EINVAL || errno == EIDRM));
}

union arg {
    int val;
    struct semid_ds *buf;
    unsigned short *array;
    struct seminfo *info;
};

static int take(void *arg)
{
    struct sembuf op = {.sem_num = 1, .sem_op = -2, .sem_flg = SEM_UNDO};
    return semop(*(int *)arg, &op, 1) ? 1 : 4;
}

static void sysv_semaphores(void)
{
    int id = semget(IPC_PRIVATE, 3, IPC_CREAT | 0600);
    struct semid_ds ds;
    unsigned short all[3] = {1, 0, 7}, back[3];
    CHECK(id >= 0);
    CHECK(semctl(id, 0, SETALL, (union arg){.array = all}) == 0 && semctl(id, 0, GETALL, (union arg){.array = back}) == 0);
    CHECK(!memcmp(all, back, sizeof all) && semctl(id, 2, GETVAL) == 7);
    CHECK(semctl(id, 1, SETVAL, (union arg){.val = 2}) == 0 && semctl(id, 1, GETVAL) == 2);
    CHECK(semctl(id, 0, IPC_STAT, (union arg){.buf = &ds}) == 0 && ds.sem_nsems == 3 && ds.sem_otime == 0 && ds.sem_ctime > 1600000000);
    CHECK(child(take, &id) == 4 && semctl(id, 1, GETVAL) == 2); // undone by its end
    struct sembuf ops[2] = {{.sem_num = 1, .sem_op = -1}, {.sem_num = 2, .sem_op = 0, .sem_flg = IPC_NOWAIT}};
    CHECK(semop(id, ops, 2) == -1 && errno == EAGAIN && semctl(id, 1, GETVAL) == 2); // all or nothing
    ops[1] = (struct sembuf){.sem_num = 1, .sem_op = -5};
    CHECK(semtimedop(id, &ops[1], 1, &(struct timespec){.tv_nsec = 10000000}) == -1 && errno == EAGAIN);
    CHECK(semop(id, ops, 1) == 0 && semctl(id, 1, GETPID) == getpid());
    ds.sem_perm.mode = 0640;
    CHECK(semctl(id, 0, IPC_SET, (union arg){.buf = &ds}) == 0);
    CHECK(semctl(id, 0, IPC_STAT, (union arg){.buf = &ds}) == 0 && (ds.sem_perm.mode & 0777) == 0640 && ds.sem_otime > 1600000000);
    struct seminfo info;
    CHECK(semctl(0, 0, IPC_INFO, (union arg){.info = &info}) >= 0 && info.semmsl > 0);
    CHECK(semctl(id, 0, IPC_RMID) == 0 && semctl(id, 1, GETVAL) == -1 && (errno == EINVAL || errno == EIDRM));
}

struct message {
    long type;
    char text[100];
};

static void sysv_messages(void)
{
    const int id = msgget(IPC_PRIVATE, IPC_CREAT | 0600);
    struct msqid_ds ds;
    struct message m = {.type = 5, .text = "five"}, back;
    CHECK(id >= 0 && msgsnd(id, &m, 5, 0) == 0);
    m.type = 0x7fffffff;
    strcpy(m.text, "the largest");
    CHECK(msgsnd(id, &m, 12, 0) == 0);
    m.type = 0;
    CHECK(msgsnd(id, &m, 12, 0) == -1 && errno == EINVAL);
    CHECK(msgctl(id, IPC_STAT, &ds) == 0 && ds.msg_qnum == 2 && ds.msg_cbytes == 17 && ds.msg_lspid == getpid() && ds.msg_stime > 1600000000);
    CHECK(msgrcv(id, &back, 4, 5, 0) == -1 && errno == E2BIG);
    CHECK(msgrcv(id, &back, sizeof back.text, -10, 0) == 5 && back.type == 5 && !strcmp(back.text, "five"));
    CHECK(msgrcv(id, &back, 3, 0, MSG_NOERROR) == 3 && back.type == 0x7fffffff && !memcmp(back.text, "the", 3));
    CHECK(msgrcv(id, &back, 3, 0, IPC_NOWAIT) == -1 && errno == ENOMSG);
    ds.msg_qbytes = 1000;
    CHECK(msgctl(id, IPC_SET, &ds) == 0 && msgctl(id, IPC_STAT, &ds) == 0 && ds.msg_qbytes == 1000 && ds.msg_lrpid == getpid());
    CHECK(msgctl(id, IPC_RMID, NULL) == 0 && msgrcv(id, &back, 3, 0, 0) == -1 && (errno == EINVAL || errno == EIDRM));
}

int main(void)
{
    posix();
    memory_file();
    sysv_memory();
    sysv_semaphores();
    sysv_messages();
    if (!failures) puts("ok");
    return failures != 0;
}
