/* SPDX-License-Identifier: GPL-2.0-only */
/* Some of a program's tests, by their names */

/* Whether @name is one of @wanted, which has "+" between names */
static bool is_wanted(const char *name, const char *wanted)
{
	size_t length = strlen(name);
	const char *at;

	for (at = wanted; at; at = strchr(at, '+')) {
		at += *at == '+';
		if (!strncmp(at, name, length) &&
		    (at[length] == '+' || !at[length]))
			return true;
	}
	return false;
}

/* Whether a test of any fixture starts like @wanted, and ends with it or at "+" */
static bool is_a_test(const char *wanted)
{
	struct __fixture_metadata *f;
	struct __test_metadata *t;
	size_t length = strcspn(wanted, "+");

	for (f = __fixture_list; f; f = f->next)
		for (t = f->tests; t; t = t->next)
			if (strlen(t->name) == length &&
			    !strncmp(t->name, wanted, length))
				return true;
	return false;
}

/* Takes the other tests out of every fixture; ends the program for a wrong name */
static void keep_only(const char *wanted)
{
	struct __fixture_metadata *f;
	struct __test_metadata **t;
	const char *at;

	for (at = wanted; at; at = strchr(at, '+')) {
		at += *at == '+';
		if (!is_a_test(at))
			ksft_exit_fail_msg("no test is named %s\n", at);
	}
	for (f = __fixture_list; f; f = f->next)
		for (t = &f->tests; *t;) {
			if (is_wanted((*t)->name, wanted))
				t = &(*t)->next;
			else
				*t = (*t)->next;
		}
}
