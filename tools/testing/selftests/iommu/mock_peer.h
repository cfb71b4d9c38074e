/* SPDX-License-Identifier: GPL-2.0-only */
/* A second process that a test talks with, one number at a time */

#include <sys/prctl.h>

/**
 * struct peer - The other process, as seen by each of the two
 * @pid: its id, in the process that started it
 * @in: from where it is heard
 * @out: where to it is spoken
 */
struct peer {
	pid_t pid;
	int in;
	int out;
};

typedef void (*peer_fn)(struct peer *test, void *data);

static void peer_say(struct peer *peer, int value)
{
	if (write(peer->out, &value, sizeof(value)) != sizeof(value))
		printf("# nobody listens\n");
}

/* Returns -EPIPE when the other one has gone */
static int peer_hear(struct peer *peer)
{
	int value;

	if (read(peer->in, &value, sizeof(value)) != sizeof(value))
		return -EPIPE;
	return value;
}

/* Says @value, returns the answer */
static int peer_ask(struct peer *peer, int value)
{
	peer_say(peer, value);
	return peer_hear(peer);
}

/* Runs @fn in a new process, which dies with this one and exits with 0 */
static int peer_start(struct peer *peer, peer_fn fn, void *data)
{
	struct peer test;
	int to[2], from[2];

	prctl(PR_SET_CHILD_SUBREAPER, 1);
	if (pipe(to) || pipe(from))
		return -errno;
	peer->pid = fork();
	if (peer->pid < 0)
		return -errno;
	if (!peer->pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		close(to[1]);
		close(from[0]);
		test.in = to[0];
		test.out = from[1];
		fn(&test, data);
		_exit(0);
	}
	close(to[0]);
	close(from[1]);
	peer->in = from[0];
	peer->out = to[1];
	return 0;
}

/* Returns the exit code, or minus the signal that it died of */
static int peer_wait(struct peer *peer)
{
	int status;

	close(peer->in);
	close(peer->out);
	if (waitpid(peer->pid, &status, 0) != peer->pid)
		return -errno;
	return WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
}

static int peer_kill(struct peer *peer)
{
	kill(peer->pid, SIGKILL);
	return peer_wait(peer);
}

/* For peers that leave children behind: waits until they are gone as well */
static void reap_orphans(void)
{
	while (waitpid(-1, NULL, 0) > 0)
		;
}

/* Returns once the process that started the caller is gone, memory included */
static void wait_for_orphanage(pid_t parent)
{
	while (getppid() == parent)
		usleep(1000);
}
