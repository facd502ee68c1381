// server DIRECTORY: what the guest talks to. Prints two lines, the port that it listens on at the loopback
// and one that was free, and serves until it is killed. "GET /NAME HTTP/…" gets the file; "PUT NAME", a line,
// stores what follows up to the end and answers how much it was.
#include <arpa/inet.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static int listener(int *port)
{
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof a;
    const int fd = socket(AF_INET, SOCK_STREAM, 0);
    if (fd < 0 || bind(fd, (struct sockaddr *)&a, len) || listen(fd, 16) ||
        getsockname(fd, (struct sockaddr *)&a, &len)) {
        perror("server");
        exit(1);
    }
    *port = ntohs(a.sin_port);
    return fd;
}

static void serve(int fd)
{
    char line[256], name[64] = "", buf[8192];
    FILE *in = fdopen(fd, "r"), *out = fdopen(dup(fd), "w");
    if (!in || !out || !fgets(line, sizeof line, in)) return;
    const int get = sscanf(line, "GET /%63[a-z]", name) == 1,
              put = !get && sscanf(line, "PUT %63[a-z]", name) == 1;
    FILE *f = get || put ? fopen(name, get ? "r" : "w") : NULL;
    size_t n, sum = 0;
    if (get) {
        while (fgets(line, sizeof line, in) && line[0] != '\r' && line[0] != '\n')
            ;
        fprintf(out, f ? "HTTP/1.0 200 OK\r\n\r\n" : "HTTP/1.0 404 Not Found\r\n\r\n");
    }
    while (f && (n = fread(buf, 1, sizeof buf, get ? f : in))) {
        fwrite(buf, 1, n, get ? out : f);
        sum += n;
    }
    if (f) fclose(f);
    if (put) fprintf(out, "stored %zu\n", sum);
    fclose(out);
}

int main(int argc, char **argv)
{
    int port, free_port;
    signal(SIGCHLD, SIG_IGN);
    if (argc != 2 || chdir(argv[1])) return 2;
    const int fd = listener(&port);
    close(listener(&free_port));
    printf("%d\n%d\n", port, free_port);
    fclose(stdout);
    for (;;) {
        const int client = accept(fd, NULL, NULL);
        if (client < 0) continue;
        if (!fork()) {
            serve(client);
            _exit(0);
        }
        close(client);
    }
}
